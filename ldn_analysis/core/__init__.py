"""The ground: the line kernel, intervals, wording, validation, codebook, canvas and export."""
