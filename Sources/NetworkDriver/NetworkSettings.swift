import ByteText
import HostKit

/// What `network.conf` says.
public struct NetworkSettings: Sendable {
    /// Whether rules that let guests' packets pass are added to tables of others that drop them.
    var coexists = false

    public init() {}

    /// Takes the values of a file; keys that aren't the driver's are passed over.
    public mutating func take(_ file: ConfigurationFile) throws(ConfigurationFileError) {
        for entry in file.entries where entry.key.hasSameBytes(as: "firewall_coexist") {
            switch try entry.text() {
            case "add": coexists = true
            case "", "none": coexists = false
            default: throw entry.wrong
            }
        }
    }
}
