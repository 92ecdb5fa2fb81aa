"""A replay as one self-contained HTML page.

In: `Findings`. Out: the text of a page that loads nothing, runs only its own script, and says the answer without any.
Invariant: what a policy or a log says is text and never markup: Python escapes it, the script only ever sets `textContent`, and
the page's own Content-Security-Policy lets nothing else run.

page      the document, its policy, the order of its sections
markup    elements from names and texts; the only place that writes `<`
embedded  the rows and sample events as JSON, for the script
charts    the timeline and the bars, as SVG
sections  the parts that are text and tables; coverage and calibration have files of their own
*.js, *.css   the script and the style, as they stand in the page
"""
