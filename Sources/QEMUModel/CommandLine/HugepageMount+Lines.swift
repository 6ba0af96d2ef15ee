import ByteText
import VirtXML

extension HugepageMount {
    /// What lines such as `hugetlbfs /dev/hugepages hugetlbfs rw,relatime,pagesize=2M 0 0` say.
    package static func found(in mounts: String, defaultSize: UInt64?) -> [HugepageMount] {
        var found: [HugepageMount] = []
        for line in mounts.split(atByte: "\n") {
            let words = line.split(atByte: " ")
            guard words.count >= 4, words[2] == "hugetlbfs" else { continue }
            let option = words[3].split(atByte: ",").lazy.compactMap { $0.droppingBytePrefix("pagesize=") }
                .first
            let size = option.flatMap(kibibytes) ?? defaultSize
            guard let size, !found.contains(where: { $0.pageSize == size }) else { continue }
            let folder = unescaped(words[1])
            found.append(HugepageMount(pageSize: size, folder: folder, isDefault: size == defaultSize))
        }
        return found
    }

    /// The size in KiB that `/proc/meminfo` calls the usual one.
    package static func defaultSize(in memory: String) -> UInt64? {
        let line = memory.split(atByte: "\n").first { $0.hasBytePrefix("Hugepagesize:") }
        return line?.split(atByte: " ").dropFirst().first.flatMap { UInt64($0) }
    }

    /// A size such as `64K`, `2M` or `1G`.
    private static func kibibytes(_ text: Substring) -> UInt64? {
        let factors: [(String, UInt64)] = [("K", 1), ("M", 1 << 10), ("G", 1 << 20)]
        let found = factors.lazy.compactMap { unit, factor in
            text.droppingByteSuffix(unit).map { ($0, factor) }
        }
        guard let (digits, factor) = found.first, let number = UInt64(digits) else { return nil }
        let (size, overflows) = number.multipliedReportingOverflow(by: factor)
        return overflows ? nil : size
    }

    /// A path in which spaces and the like stand as `\040`.
    private static func unescaped(_ path: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = path.utf8[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(3), as: UTF8.self)
            if byte == UInt8(ascii: "\\"), let value = UInt8(digits, radix: 8) {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The folder that memory of one guest is kept in.
    package func folder(of shortName: some StringProtocol) -> String { "\(folder)/libvirt/qemu/\(shortName)" }
}

extension DomainDefinition {
    /// Whether any of the guest's memory is asked to be made of huge pages.
    package var usesHugePages: Bool {
        memoryBacking?.hugepages != nil || devices.memories.contains { $0.pageSize != nil }
    }
}
