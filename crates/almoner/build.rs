//! Puts `web/dist` into the binary. It is made by `node web/build.mjs`, never from here, so that a
//! build needs no network and no Node.

fn main() {
    let dist = "../../web/dist";
    println!("cargo:rerun-if-changed={dist}");
    assert!(
        std::path::Path::new(dist).join("almoner.css").exists(),
        "web/dist is not built yet: run `npm ci && node build.mjs` in web/, or just ./demo"
    );
    memory_serve::load_directory(dist);
}
