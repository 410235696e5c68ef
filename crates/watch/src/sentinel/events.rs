//! What the sentinel puts into the log.

trust::event! {
    /// Files of the installation are not what the manifest remembers.
    pub struct FilesChanged = "sentinel.files_changed" {
        /// The manifest's digest, in hexadecimal digits.
        manifest: String,
        /// How many files.
        count: i64,
        /// Which, and how; the first hundred.
        names: Vec<String>,
    }
}

trust::action! {
    /// Puts changed files of the installation into the log.
    pub struct ReportChangedFiles = "sentinel.report_changed_files"
        ("report changed files of the installation") -> FilesChanged;
}
