"""Values of single cells: dates, amounts, ids, names."""
