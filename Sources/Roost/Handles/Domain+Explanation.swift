import Explanation
import Virt
import VirtDriver

extension Domain {
    /// Why the guest is what it is: for each element of its document what that has turned into on QEMU's command line
    /// and on the host, who has written it, and what was filled in and why.
    ///
    /// For a guest that runs it is what really runs, for another what the next start would run.
    ///
    ///     let disk = try await domain.explanation().only("vda")
    ///
    /// - Parameter flags: `.inactive` for the next start of a guest that runs, `.secure` for secrets too, which a
    ///   read-only connection may not see.
    /// - Throws: `noSupport` where the driver or the daemon has no such call; libvirt's have not.
    public func explanation(_ flags: DomainXMLFlags = []) async throws(VirtError) -> DomainExplanation {
        try DomainExplanation(answer: try await explain(flags: flags))
    }
}

extension Connection {
    /// Explains a document that isn't defined, as if it were to be started; see ``Domain/explanation(_:)``.
    public func explanation(
        ofXML xml: String, _ flags: DomainXMLFlags = []
    ) async throws(VirtError) -> DomainExplanation {
        try DomainExplanation(answer: try await domainExplainXML(xml: xml, flags: flags))
    }
}

extension DomainExplanation {
    fileprivate init(answer text: String) throws(VirtError) {
        guard let read = DomainExplanation(json: text) else {
            throw VirtError(
                .rpc, "the daemon's explanation is of another version than this program understands",
                from: .rpc)
        }
        self = read
    }
}
