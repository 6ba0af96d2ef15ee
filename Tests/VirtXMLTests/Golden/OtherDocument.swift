import Virt
import VirtXML
import XMLBinding

/// What becomes of a document that isn't a domain's when it is read, as a definition is, and written again.
enum OtherDocument {
    /// `out` is what is written, `err` the error's number and words.
    static func results(_ text: String) -> [String: String] {
        do throws(XMLError) {
            return ["out": try written(text)]
        } catch {
            let number = ErrorNumber(rawValue: error.code.rawValue)
            return ["err": "\(error.code.rawValue) \(VirtError(number, error.message).message)\n"]
        }
    }

    private static func written(_ text: String) throws(XMLError) -> String {
        switch DocumentKind.of(text)?.name {
        case "pool": try StoragePoolDefinition(xml: text, options: .inactive).xml()
        case "volume": try volume(text)
        case "filter": try FilterDefinition(xml: text).xml()
        case "interface": try HostInterfaceDefinition(xml: text).xml()
        case "secret": try SecretDefinition(xml: text).xml()
        case "device": try NodeDeviceDefinition(xml: text, options: .inactive).xml()
        case "domainsnapshot": try SnapshotDefinition(xml: text, options: .inactive).xml(options: .inactive)
        case "domaincheckpoint":
            try CheckpointDefinition(xml: text, options: .inactive).xml(options: .inactive)
        default: try NetworkDefinition(xml: text, options: .inactive).xml(options: .inactive)
        }
    }

    /// In a pool that is a folder.
    private static func volume(_ text: String) throws(XMLError) -> String {
        var volume = try StorageVolumeDefinition(xml: text, options: .inactive)
        try volume.fillDefaults(pool: .dir)
        return try volume.xml()
    }
}
