// A search hit's summary is fetched, which a browser forbids to a page opened from a file.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

// Paper is light.
const theme = document.documentElement.dataset;
let shown;
addEventListener("beforeprint", () => { shown = theme.theme; theme.theme = "light"; });
addEventListener("afterprint", () => { theme.theme = shown; });
