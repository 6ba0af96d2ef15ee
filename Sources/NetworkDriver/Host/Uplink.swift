import ByteText
import LinuxSystem

/// The link by which the host reaches others.
struct Uplink {
    let name: String
    let kind: Kind

    enum Kind: String {
        case bridge, wireless, link
    }

    /// The host's own now; nil where it reaches nobody. May wait.
    static var current: Uplink? {
        let index = (try? NetworkLinks.routes())?.first { $0.prefix == 0 && $0.link != nil }?.link
        guard let link = index.flatMap({ try? NetworkLinks.numbered($0) }) else { return nil }
        let isWireless = ["wireless", "phy80211"].contains {
            FileSystem.exists("/sys/class/net/\(link.name)/\($0)")
        }
        let isBridge = link.kind?.hasSameBytes(as: "bridge") ?? false
        return Uplink(name: link.name, kind: isBridge ? .bridge : isWireless ? .wireless : .link)
    }
}
