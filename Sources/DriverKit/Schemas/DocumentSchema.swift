import LinuxSystem
import Synchronization
import Virt
import XMLBinding

/// The kinds of document that a client may ask to have checked against libvirt's published schemas.
///
/// The schemas are those that libvirt installs. Each is read when first needed, and kept.
public enum DocumentSchema: String, CaseIterable, Sendable {
    case domain
    case domainSnapshot = "domainsnapshot"
    case domainCheckpoint = "domaincheckpoint"
    case network
    case networkPort = "networkport"
    case storagePool = "storagepool"
    case storageVolume = "storagevol"
    case interface
    case nodeDevice = "nodedev"
    case secret
    case networkFilter = "nwfilter"
    case cpu
    case networkFilterBinding = "nwfilterbinding"

    /// Where the schemas are: `ROOST_SCHEMAS`, or where libvirt's packages put them.
    public static var folder: String {
        ThisProcess.environment("ROOST_SCHEMAS") ?? "/usr/share/libvirt/schemas"
    }

    private static let schemas = Mutex<[String: XMLSchema]>([:])

    /// Refuses a text that the schema doesn't allow, if the client asked for that.
    ///
    /// - Parameters:
    ///   - isAsked: whether the call's flags ask for it; nothing is done otherwise.
    ///   - folder: where the schemas are.
    public func check(_ text: String, if isAsked: Bool, in folder: String = Self.folder)
        async throws(VirtError)
    {
        guard isAsked else { return }
        try await Blocking.run { () throws(VirtError) in try validate(text, folder) }
    }

    private func validate(_ text: String, _ folder: String) throws(VirtError) {
        let path = "\(folder)/\(rawValue).rng"
        try requireSchema(path)
        do throws(XMLError) {
            // One document at a time: the XML library promises nothing about a schema that threads share.
            try Self.schemas.withLock { (schemas) throws(XMLError) in
                // What isn't XML is told by who reads the document: they know what to call it.
                guard let document = try? XMLDocument(text) else { return }
                if schemas[path] == nil { schemas[path] = try XMLSchema(path: path) }
                try schemas[path]?.validate(document)
            }
        } catch {
            throw VirtError(ErrorNumber(rawValue: error.code.rawValue), error.message, from: .xml)
        }
    }

    private func requireSchema(_ path: String) throws(VirtError) {
        if FileSystem.exists(path) { return }
        throw VirtError(
            .internalError,
            "no schema \(path) to check the document against: install libvirt's schemas"
                + " (Debian's package libvirt0, Fedora's libvirt-libs), or name their folder in ROOST_SCHEMAS",
            from: .xml)
    }
}
