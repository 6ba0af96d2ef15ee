import JSON
import Virt

/// What a guest's agent tells of the guest, as typed parameters under libvirt's names (`virDomainGetGuestInfo`).
package enum GuestReport {
    /// How many parameters a reply has room for.
    package static let most = 2048

    package static func users(_ answer: JSONValue) throws(VirtError) -> [TypedParameter] {
        let entries = try list(answer, "guest-get-users")
        var all = [TypedParameter("user.count", .uint(UInt32(clamping: entries.count)))]
        for (index, entry) in entries.enumerated() {
            guard let name = entry["user"]?.string else { throw missing("user", "guest-get-users") }
            guard let login = entry["login-time"]?.double else {
                throw missing("login-time", "guest-get-users")
            }
            all.append(TypedParameter("user.\(index).name", .string(name)))
            if let domain = entry["domain"]?.string {
                all.append(TypedParameter("user.\(index).domain", .string(domain)))
            }
            let milliseconds = UInt64(exactly: (login * 1000).rounded(.down)) ?? 0
            all.append(TypedParameter("user.\(index).login-time", .ullong(milliseconds)))
        }
        return all
    }

    package static func system(_ answer: JSONValue) -> [TypedParameter] {
        [
            "id", "name", "pretty-name", "version", "version-id", "machine", "variant", "variant-id",
            "kernel-release", "kernel-version",
        ].compactMap { key in answer[key]?.string.map { TypedParameter("os.\(key)", .string($0)) } }
    }

    package static func timezone(_ answer: JSONValue) throws(VirtError) -> [TypedParameter] {
        guard let offset = answer["offset"]?.int.flatMap({ Int32(exactly: $0) }) else {
            throw missing("offset", "guest-get-timezone")
        }
        let name = answer["zone"]?.string.map { TypedParameter("timezone.name", .string($0)) }
        return [name, TypedParameter("timezone.offset", .int(offset))].compactMap { $0 }
    }

    package static func load(_ answer: JSONValue) throws(VirtError) -> [TypedParameter] {
        var all: [TypedParameter] = []
        for span in ["1m", "5m", "15m"] {
            guard let value = answer["load" + span]?.double else {
                throw missing("load" + span, "guest-get-load")
            }
            all.append(TypedParameter("load.\(span)", .double(value)))
        }
        return all
    }

    /// - Parameter target: how the guest's document calls a disk.
    package static func filesystems(
        _ all: [GuestFilesystem], target: (GuestDisk) -> String?
    ) -> [TypedParameter] {
        var found = [TypedParameter("fs.count", .uint(UInt32(clamping: all.count)))]
        for (index, system) in all.enumerated() {
            let start = "fs.\(index)."
            found += [
                TypedParameter(start + "name", .string(system.name)),
                TypedParameter(start + "mountpoint", .string(system.mountpoint)),
                TypedParameter(start + "fstype", .string(system.type)),
            ]
            if let total = system.totalBytes {
                found.append(TypedParameter(start + "total-bytes", .ullong(total)))
            }
            if let used = system.usedBytes {
                found.append(TypedParameter(start + "used-bytes", .ullong(used)))
            }
            found.append(
                TypedParameter(start + "disk.count", .uint(UInt32(clamping: system.disks.count))))
            for (number, disk) in system.disks.enumerated() {
                let values = [
                    ("alias", target(disk)), ("serial", disk.serial), ("device", disk.device),
                ]
                found += values.compactMap { name, value in
                    value.map { TypedParameter("\(start)disk.\(number).\(name)", .string($0)) }
                }
            }
        }
        return found
    }

    package static func disks(
        _ answer: JSONValue, target: (GuestDisk) -> String?
    ) throws(VirtError) -> [TypedParameter] {
        let entries = try list(answer, "guest-get-disks")
        var all = [TypedParameter("disk.count", .uint(UInt32(clamping: entries.count)))]
        for (index, entry) in entries.enumerated() {
            let start = "disk.\(index)."
            guard let name = entry["name"]?.string else { throw missing("name", "guest-get-disks") }
            guard let isPartition = entry["partition"]?.bool else {
                throw missing("partition", "guest-get-disks")
            }
            all.append(TypedParameter(start + "name", .string(name)))
            all.append(TypedParameter(start + "partition", .boolean(isPartition)))
            let below = (entry["dependencies"]?.array ?? []).compactMap(\.string)
            if !below.isEmpty {
                let count = UInt32(clamping: below.count)
                all.append(TypedParameter(start + "dependency.count", .uint(count)))
                for (number, name) in below.prefix(most).enumerated() {
                    all.append(TypedParameter("\(start)dependency.\(number).name", .string(name)))
                }
            }
            let disk = entry["address"].map(GuestDisk.init)
            let values = [
                ("serial", disk?.serial), ("alias", disk.flatMap(target)), ("guest_bus", disk?.bus),
                ("guest_alias", entry["alias"]?.string),
            ]
            all += values.compactMap { name, value in
                value.map { TypedParameter(start + name, .string($0)) }
            }
        }
        return all
    }

    package static func interfaces(_ all: [DomainInterface]) -> [TypedParameter] {
        var found = [TypedParameter("if.count", .uint(UInt32(clamping: all.count)))]
        for (index, card) in all.enumerated() {
            let start = "if.\(index)."
            found.append(TypedParameter(start + "name", .string(card.name)))
            found.append(TypedParameter(start + "hwaddr", .string(card.hwaddr ?? "")))
            found.append(TypedParameter(start + "addr.count", .uint(UInt32(clamping: card.addrs.count))))
            for (number, address) in card.addrs.enumerated() {
                let start = "\(start)addr.\(number)."
                found += [
                    TypedParameter(start + "type", .string(address.type == 0 ? "ipv4" : "ipv6")),
                    TypedParameter(start + "addr", .string(address.addr)),
                    TypedParameter(start + "prefix", .uint(address.prefix)),
                ]
            }
        }
        return found
    }

    /// The entries of an answer that is a list, no more than a reply has room for.
    private static func list(_ answer: JSONValue, _ command: String) throws(VirtError) -> [JSONValue] {
        guard let entries = answer.array else {
            throw .malformed("the reply of \(command) was missing or not an array")
        }
        if entries.count > most { throw .malformed("\(command) names \(entries.count) things") }
        return entries
    }

    private static func missing(_ key: String, _ command: String) -> VirtError {
        .malformed("'\(key)' missing in reply of \(command)")
    }
}
