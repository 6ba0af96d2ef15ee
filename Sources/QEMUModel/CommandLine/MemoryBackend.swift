import JSON
import VirtXML

/// What a piece of the guest's memory is made of, as an object of QEMU's.
struct MemoryBackend {
    private(set) var parts: [QEMUPart] = []

    /// What decides about a backend.
    struct Request {
        var name: String
        var size: ByteSize
        var cell: Int?
        var pageSize: ByteSize?
        var nodes: CPUSet?
        var access: MemoryAccess?
        var discard: Bool?
        var path: String?
        /// What its file is called where it is none of the user's; its name when nil.
        var fileName: String?
        var alignment: ByteSize?
        var isPersistent = false
        var isReserved: Bool?
        /// Ballooned memory must not be there from the start.
        var isPreallocated: Bool?
        var isMachineMemory = false
    }

    /// The memory that the machine itself has.
    static func main(_ guest: QEMUGuest, name: String) throws(ConfigurationError) -> MemoryBackend {
        var request = Request(name: name, size: guest.initialMemory)
        request.isMachineMemory = true
        return try MemoryBackend(guest, request)
    }

    /// The memory of a cell.
    static func cell(_ guest: QEMUGuest, _ cell: NUMACell, index: Int) throws(ConfigurationError)
        -> MemoryBackend
    {
        guard guest.cellsHaveBackends else { return MemoryBackend() }
        var request = Request(name: "ram-node\(index)", size: guest.aligned(cell.memory ?? .zero))
        request.cell = index
        request.access = cell.memoryAccess
        request.discard = cell.discard
        return try MemoryBackend(guest, request)
    }

    private init() {}

    init(_ guest: QEMUGuest, _ request: Request) throws(ConfigurationError) {
        let backing = guest.domain.memoryBacking
        let access =
            request.access.flatMap { $0 == .default ? nil : $0 }
            ?? backing?.access.flatMap { $0 == .default ? nil : $0 }
        let pages = try guest.hugePages(for: request)
        var object: JSONObject
        let isFile = pages != nil || request.path != nil || backing?.source == .file || access != nil
        if backing?.source == .memfd, request.path == nil {
            object = ["qom-type": "memory-backend-memfd", "id": .string(request.name)]
            if let pages { object["hugetlb"] = true; object["hugetlbsize"] = JSONValue(pages.pageSize << 10) }
        } else if isFile {
            object = ["qom-type": "memory-backend-file", "id": .string(request.name)]
            object.add("mem-path", request.path ?? guest.memoryPath(request, pages))
        } else {
            object = ["qom-type": "memory-backend-ram", "id": .string(request.name)]
        }
        Self.addSharing(access, request, guest, isFile: isFile, to: &object)
        let preallocates = request.isPreallocated ?? (pages != nil || backing?.allocationMode == .immediate)
        if preallocates, request.isReserved != false { object["prealloc"] = true }
        if let threads = backing?.allocationThreads {
            object["prealloc-threads"] = JSONValue(threads)
        }
        if request.isReserved == false { object["reserve"] = false }
        object["size"] = JSONValue(request.size.bytes)
        object.add("align", request.alignment?.bytes)
        if request.isPersistent { object["pmem"] = true }
        try addNodes(guest, request, preallocates: preallocates, to: &object)
        parts.append(.object(object))
    }

    private static func addSharing(
        _ access: MemoryAccess?, _ request: Request, _ guest: QEMUGuest, isFile: Bool,
        to object: inout JSONObject
    ) {
        let discard = request.discard ?? (guest.domain.memoryBacking?.discard == true ? true : nil)
        if isFile, guest.domain.memoryBacking?.source != .memfd || request.path != nil, let discard {
            object["discard-data"] = .bool(discard)
        }
        if let access { object["share"] = .bool(access == .shared) }
        // Migration finds the block by its plain name.
        if request.isMachineMemory, object["qom-type"] != "memory-backend-ram" {
            object["x-use-canonical-path-for-ramblock-id"] = false
        }
    }

    /// Whether the domain as a whole has its memory touched at the start, not this piece alone.
    private func isPopulatedAtStart(_ guest: QEMUGuest) -> Bool {
        let backing = guest.domain.memoryBacking
        return backing?.hugepages != nil || backing?.allocationMode == .immediate
    }

    private mutating func addNodes(
        _ guest: QEMUGuest, _ request: Request, preallocates: Bool, to object: inout JSONObject
    ) throws(ConfigurationError) {
        guard let (nodes, mode) = guest.hostNodes(for: request) else { return }
        object["host-nodes"] = .array(nodes.members.map { JSONValue($0) })
        switch mode {
        case .strict: object["policy"] = "bind"
        case .preferred: object["policy"] = "preferred"
        case .interleave: object["policy"] = "interleave"
        case .restrictive:
            object["host-nodes"] = nil
            return
        }
        guard preallocates, request.isReserved != false, isPopulatedAtStart(guest),
            guest.qemu.has("thread-context")
        else { return }
        object["prealloc-context"] = .string("tc-" + request.name)
        parts.append(
            .object([
                "qom-type": "thread-context", "id": .string("tc-" + request.name),
                "node-affinity": .array(nodes.members.map { JSONValue($0) }),
            ]))
    }
}
