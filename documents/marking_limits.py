"""How much marking a workbook may cost, beside what ``limits`` says.

All of it is kept in memory with all its looks, which takes ten times what reading does.
"""

ROWS = 20_000
MERGED_CELLS = 500_000
UNZIPPED_BYTES = 64 * 1024 * 1024
CPU_SECONDS = 30
WALL_SECONDS = 40
