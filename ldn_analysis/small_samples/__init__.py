"""What a small trial can show: power, the winner's curse, regression to the mean, many tests."""
