"""From a document to the draft of a plan: readers give rows, the draft keeps every word of them."""
