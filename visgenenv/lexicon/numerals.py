"""Number words: those a request may use, in English and Chinese."""

ENGLISH_NUMBERS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
"""The word of each number from 0 to 20."""

CHINESE_DIGITS = "零一二三四五六七八九"
"""The numeral of each digit from 0 to 9."""
