"""Users as persons: pseudonyms, the record of keys and erasures, erasing, finding the erased."""
