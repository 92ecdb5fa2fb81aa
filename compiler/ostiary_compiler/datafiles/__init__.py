"""Files of data around policies (policy sets, account details, tests): JSON or YAML with the place of every value.

    read_tree(path) -> Tree -> Cursor over it -> values, and diagnostics with file, place and JSON pointer

`reading` opens files, `json_tree` and `yaml_tree` read texts into the trees of `tree`, `cursor` takes trees apart,
`embedded` reads policy documents that stand inside. Not here: what the files mean.
"""
