drop index denials_label;
