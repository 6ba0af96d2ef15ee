import ByteText
import HostKit

/// What `network.conf` says.
public struct NetworkSettings: Sendable {
    /// Whether rules that let guests' packets pass are added to tables of others that drop them.
    var coexists = false

    public init() {}

    /// Takes the values of a file, whose rest is answered.
    public mutating func take(_ file: ConfigurationFile) throws(ConfigurationFileError) -> ConfigurationFile {
        try file.rest { (entry) throws(ConfigurationFileError) in
            guard entry.key.hasSameBytes(as: "firewall_coexist") else { return false }
            switch try entry.text() {
            case "add": coexists = true
            case "", "none": coexists = false
            default: throw entry.wrong
            }
            return true
        }
    }
}
