"""CloudTrail: reading log files, and turning a record into authorization requests.

    for file in find_log_files(["logs/"]):          # LogFile | Skipped
        for found in read_records(file):            # Record | Damage | Skipped
            mapped = map_record(found)              # Mapped | Excluded | Unmapped

Each step is a module of its own and knows only those before it: `files`, `content`, `scan`, `reading`, `record`; `exclusions`,
`principal`, `action`, `resource`, `context`, `outcome`; `mapping` puts them together. The service authorization reference
(`reference`) comes with the package.
"""
