//! Word lists and rules as data, and the loader that types them.
