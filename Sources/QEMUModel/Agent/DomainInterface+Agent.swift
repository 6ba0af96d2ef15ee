import ByteText
import JSON
import Virt

extension DomainInterface {
    /// How many cards, and addresses of a card, a reply has room for.
    private static let most = 2048

    /// The cards that a guest's agent has named (`guest-network-get-interfaces`), each once with all its addresses: those of
    /// an alias, such as `eth0:1`, are its card's.
    package static func all(inAnswer answer: JSONValue) throws(VirtError) -> [DomainInterface] {
        guard let entries = answer.array else {
            throw .malformed("qemu agent didn't return an array of interfaces")
        }
        if entries.count > most { throw .malformed("the guest's agent names \(entries.count) interfaces") }
        var all: [DomainInterface] = []
        var places: [ByteName: Int] = [:]
        for entry in entries {
            guard let full = entry["name"]?.string else {
                throw .malformed("qemu agent didn't provide 'name' field")
            }
            let name = String(full.split(atByte: ":", maxSplits: 1).first ?? "")
            let addresses = try addresses(of: entry)
            if let place = places[ByteName(name)] {
                all[place].addrs += addresses
                if all[place].addrs.count > most { throw .malformed("an interface of too many addresses") }
            } else {
                places[ByteName(name)] = all.count
                let hardware = entry["hardware-address"]?.string
                all.append(DomainInterface(name: name, hwaddr: hardware, addrs: addresses))
            }
        }
        return all
    }

    private static func addresses(of entry: JSONValue) throws(VirtError) -> [DomainIPAddress] {
        guard let list = entry["ip-addresses"] else { return [] }
        guard let list = list.array else {
            throw .malformed("Malformed ip-addresses array")
        }
        if list.count > most { throw .malformed("an interface of \(list.count) addresses") }
        var found: [DomainIPAddress] = []
        for one in list {
            guard let kind = one["ip-address-type"]?.string else {
                throw .malformed("qemu agent didn't provide 'ip-address-type' field")
            }
            guard kind == "ipv4" || kind == "ipv6" else {
                throw .malformed("unknown ip address type '\(kind)'")
            }
            guard let address = one["ip-address"]?.string else {
                throw .malformed("qemu agent didn't provide 'ip-address' field")
            }
            guard let prefix = one["prefix"]?.uint.flatMap({ UInt32(exactly: $0) }) else {
                throw .malformed("malformed 'prefix' field")
            }
            found.append(DomainIPAddress(type: kind == "ipv4" ? 0 : 1, addr: address, prefix: prefix))
        }
        return found
    }
}
