"""How much a file may cost: sizes in bytes, times in seconds.

Measured with a ledger of 100,000 rows and 20 columns: 10 MB as a file, 102 MB unzipped, 2 million cells, 20 MB handed
over, 285 MB of memory and 5 seconds of processor time. Each limit leaves room for twice as much, not for ten times.
"""

FILE_BYTES = 20 * 1024 * 1024  # Telegram hands a bot at most this much
UNZIPPED_BYTES = 256 * 1024 * 1024
ZIP_ENTRIES = 500
ZIP_RATIO = 100  # unzipped to zipped, judged above RATIO_FROM_BYTES only
RATIO_FROM_BYTES = 5 * 1024 * 1024
SHEETS = 200
BOOK_CELLS = 4_000_000  # rows x columns from the first to the last cell that holds anything, all sheets together
CELL_CHARACTERS = 32_767  # what Excel itself allows
LINE_CHARACTERS = 1_000_000  # of a csv
BYTES_OUT = 64 * 1024 * 1024
MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 12
WALL_SECONDS = 30
