"""How much a file may cost: sizes in bytes, times in seconds."""

FILE_BYTES = 20 * 1024 * 1024  # Telegram hands a bot at most this much
UNZIPPED_BYTES = 50 * 1024 * 1024
ZIP_ENTRIES = 500
ZIP_RATIO = 100  # unzipped to zipped, judged above RATIO_FROM_BYTES only
RATIO_FROM_BYTES = 5 * 1024 * 1024
SHEET_CELLS = 2_000_000  # rows x columns from the first to the last cell that holds anything
CELL_CHARACTERS = 32_767  # what Excel itself allows
BYTES_OUT = 64 * 1024 * 1024
MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 10
WALL_SECONDS = 30
