pub(super) fn page(_: &crate::workflow::audit::Audit, _: jiff::Timestamp) -> String {
    String::new()
}
