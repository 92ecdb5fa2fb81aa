"""Reports of a record: lines for the terminal, tables in Markdown, plots in SVG."""
