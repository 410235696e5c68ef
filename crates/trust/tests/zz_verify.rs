#![allow(dead_code, unused_imports)]
#[path="it/linen.rs"] mod linen;
#[path="it/verify.rs"] mod verify;
#[path="it/verify_anchors.rs"] mod verify_anchors;
#[path="it/verify_files.rs"] mod verify_files;
#[path="it/verify_matrix.rs"] mod verify_matrix;
#[path="it/verify_python.rs"] mod verify_python;
#[path="it/verify_campaign.rs"] mod verify_campaign;
