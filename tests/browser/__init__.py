"""Opening what the project serves in a headless Chromium, as its readers do."""
