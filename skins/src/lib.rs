//! What people see: accessible building blocks and the skins made of them.
