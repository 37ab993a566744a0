"""What staff run after an edit: checks that name file, line and mend; the table of all topics; training."""
