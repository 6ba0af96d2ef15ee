import ByteText
import Virt
import VirtXML

/// What a call says of a disk's limits, in typed parameters. A group of limits of which it says something is that alone
/// afterwards; of the others all stays.
public struct IOTuneChange: Sendable {
    private var values: [String: UInt64] = [:]
    private var group: String?
    private var parameters: [TypedParameter]
    private var origin: ErrorDomain

    /// - Parameter greatest: the greatest value that the hypervisor takes.
    /// - Throws: for parameters that there aren't, and for totals beside their parts.
    public init(
        _ parameters: [TypedParameter], greatest: UInt64 = .max, from origin: ErrorDomain
    ) throws(VirtError) {
        (self.parameters, self.origin) = (parameters, origin)
        for parameter in parameters {
            try take(parameter)
        }
        if values.values.contains(where: { $0 > greatest }) {
            throw VirtError(
                .argumentUnsupported, "block I/O throttle limit value must be no more than \(greatest)",
                from: origin)
        }
        try IOTune.checkTotals(from: origin) { values[$0] ?? 0 > 0 }
    }

    private mutating func take(_ parameter: TypedParameter) throws(VirtError) {
        let name = parameter.field
        switch parameter.value {
        case .string(let text) where name.hasSameBytes(as: IOTune.groupField): group = text
        case .ullong(let value) where IOTune.limit(name) != nil: values[name] = value
        default:
            let isKnown = name.hasSameBytes(as: IOTune.groupField) || IOTune.limit(name) != nil
            let type = IOTune.limit(name) == nil ? "string" : "ullong"
            if isKnown {
                throw VirtError(
                    .invalidArg, "invalid type for parameter '\(name)', expected \(type)", from: origin)
            }
            throw VirtError(.argumentUnsupported, "parameter '\(name)' not supported", from: .none)
        }
    }

    /// The limits with those changed of which something is said, one by one.
    public func applied(to old: IOTune?) -> IOTune {
        changed(old, touching: Set(values.keys.compactMap { IOTune.limit($0)?.name })) { $0.name }
    }

    private func changed(
        _ old: IOTune?, touching touched: Set<String>, by key: (IOTune.Limit) -> String
    ) -> IOTune {
        var new = old ?? IOTune()
        for limit in IOTune.limits where touched.contains(key(limit)) {
            let value = values[limit.name] ?? 0
            new[keyPath: limit.path] = value == 0 ? nil : value
        }
        if let group { new.groupName = group.isEmpty ? nil : group }
        return new
    }

    /// The limits after the change; nil where there are none any more.
    public func changed(_ old: IOTune?) throws(VirtError) -> IOTune? {
        let new = changed(old, touching: Set(values.keys.compactMap { IOTune.limit($0)?.group })) { $0.group }
        if IOTune.limits.allSatisfy({ new[keyPath: $0.path] == nil }) {
            guard group == nil else {
                throw VirtError(
                    .configUnsupported,
                    "creating a new group/updating existing with all tune parameters zero is not supported",
                    from: origin)
            }
            return nil
        }
        try new.checkMaxima(from: origin)
        return new
    }

    /// What those who listen are told.
    ///
    /// - Parameter disk: the disk as the call has named it.
    public func told(of disk: String) -> [TypedParameter] {
        [TypedParameter("blkdeviotune.disk", .string(disk))]
            + parameters.map { TypedParameter("blkdeviotune." + $0.field, $0.value) }
    }
}

extension IOTune {
    /// One of the limits: its name in the API and in documents, and what changes together with it.
    public struct Limit: Sendable {
        public let name: String
        public let path: any WritableKeyPath<IOTune, UInt64?> & Sendable
        /// Those of one group are all said anew where one is.
        public let group: String
    }

    /// The name of the parameter that says in which group the limits are shared.
    public static let groupField = "group_name"

    /// All limits, in libvirt's order; the name of the group stands before those whose names end in `length`.
    public static let limits: [Limit] = [
        Limit(name: "total_bytes_sec", path: \.totalBytes, group: "bytes"),
        Limit(name: "read_bytes_sec", path: \.readBytes, group: "bytes"),
        Limit(name: "write_bytes_sec", path: \.writeBytes, group: "bytes"),
        Limit(name: "total_iops_sec", path: \.totalIOPS, group: "iops"),
        Limit(name: "read_iops_sec", path: \.readIOPS, group: "iops"),
        Limit(name: "write_iops_sec", path: \.writeIOPS, group: "iops"),
        Limit(name: "total_bytes_sec_max", path: \.totalBytesMax, group: "bytes max"),
        Limit(name: "read_bytes_sec_max", path: \.readBytesMax, group: "bytes max"),
        Limit(name: "write_bytes_sec_max", path: \.writeBytesMax, group: "bytes max"),
        Limit(name: "total_iops_sec_max", path: \.totalIOPSMax, group: "iops max"),
        Limit(name: "read_iops_sec_max", path: \.readIOPSMax, group: "iops max"),
        Limit(name: "write_iops_sec_max", path: \.writeIOPSMax, group: "iops max"),
        Limit(name: "size_iops_sec", path: \.sizeIOPS, group: "size"),
        Limit(name: "total_bytes_sec_max_length", path: \.totalBytesMaxLength, group: "bytes length"),
        Limit(name: "read_bytes_sec_max_length", path: \.readBytesMaxLength, group: "bytes length"),
        Limit(name: "write_bytes_sec_max_length", path: \.writeBytesMaxLength, group: "bytes length"),
        Limit(name: "total_iops_sec_max_length", path: \.totalIOPSMaxLength, group: "iops length"),
        Limit(name: "read_iops_sec_max_length", path: \.readIOPSMaxLength, group: "iops length"),
        Limit(name: "write_iops_sec_max_length", path: \.writeIOPSMaxLength, group: "iops length"),
    ]

    static func limit(_ name: String) -> Limit? { limits.first { $0.name.hasSameBytes(as: name) } }

    /// Throws where a total is said beside its parts.
    ///
    /// - Parameter has: whether a limit is said, by its name.
    public static func checkTotals(
        from origin: ErrorDomain, has: (String) -> Bool
    ) throws(VirtError) {
        for kind in ["bytes_sec", "iops_sec", "bytes_sec_max", "iops_sec_max"] {
            guard has("total_" + kind), has("read_" + kind) || has("write_" + kind) else { continue }
            throw VirtError(
                .invalidArg, "total and read/write of \(kind) cannot be set at the same time", from: origin)
        }
    }

    /// All of it as typed parameters, in libvirt's order.
    public var parameters: [TypedParameter] {
        var all: [TypedParameter] = []
        for limit in Self.limits {
            all.append(TypedParameter(limit.name, .ullong(self[keyPath: limit.path] ?? 0)))
            if limit.group == "size" {
                all.append(TypedParameter(Self.groupField, .string(groupName ?? "")))
            }
        }
        return all
    }

    /// What may be for a moment is no less than what may be always, of which there must be something.
    fileprivate func checkMaxima(from origin: ErrorDomain) throws(VirtError) {
        for limit in Self.limits where limit.group == "bytes" || limit.group == "iops" {
            guard let most = Self.limit(limit.name + "_max").flatMap({ self[keyPath: $0.path] }) else {
                continue
            }
            guard let usual = self[keyPath: limit.path] else {
                throw VirtError(
                    .configUnsupported, "cannot reset '\(limit.name)' when '\(limit.name)_max' is set",
                    from: origin)
            }
            if most < usual {
                throw VirtError(
                    .configUnsupported,
                    "value '\(limit.name)_max' cannot be smaller than '\(limit.name)'", from: origin)
            }
        }
    }
}

extension DomainDefinition {
    /// The disk that a call names by its target or by the file of its image.
    ///
    /// - Parameter missing: what is said where there is none; libvirt's words for a running guest's.
    /// - Throws: `invalidArg` where there is none.
    public func disk(
        _ name: String, orElse missing: String? = nil, from origin: ErrorDomain
    ) throws(VirtError) -> DiskDevice {
        if let disk = devices.disks.first(where: { $0.isMeant(by: name) }) { return disk }
        throw VirtError(.invalidArg, missing ?? "disk '\(name)' not found in domain", from: origin)
    }

    /// Gives a disk other limits, and so all that share them.
    public mutating func limit(_ disk: DiskDevice, to tune: IOTune?) {
        for index in devices.disks.indices {
            let other = devices.disks[index]
            let shares = tune?.groupName.map { other.iotune?.groupName?.hasSameBytes(as: $0) ?? false }
            guard other.target.dev.hasSameBytes(as: disk.target.dev) || shares ?? false else { continue }
            devices.disks[index].iotune = tune
        }
    }
}

extension DiskDevice {
    /// Whether a call that names a disk by its target or by its image's file means this one.
    public func isMeant(by name: String) -> Bool {
        target.dev.hasSameBytes(as: name) || source.path.map { $0.hasSameBytes(as: name) } ?? false
    }
}
