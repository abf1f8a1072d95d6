"""Made-up desks of any size, laid down as a connector would: for trials and the benchmark."""
