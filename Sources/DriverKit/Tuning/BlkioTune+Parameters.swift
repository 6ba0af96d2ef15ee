import ByteText
import Virt
import VirtXML

/// How much of the host's disks a guest may use, as a call's parameters (`virDomainBlkioParameters`): a limit for each disk
/// stands in one text, as `/dev/sda,100,/dev/sdb,200`.
extension BlkioTune {
    private static let deviceNames = [
        "device_weight", "device_read_iops_sec", "device_write_iops_sec", "device_read_bytes_sec",
        "device_write_bytes_sec",
    ]

    public var parameters: [TypedParameter] {
        func list(_ value: (BlkioDevice) -> UInt64?) -> TypedValue {
            .string(
                devices.compactMap { device in
                    value(device).flatMap { $0 == 0 ? nil : "\(device.path),\($0)" }
                }.joined(separator: ","))
        }
        let values = [
            list { $0.weight.map(UInt64.init) }, list { $0.readIOPS.map(UInt64.init) },
            list { $0.writeIOPS.map(UInt64.init) }, list(\.readBytes), list(\.writeBytes),
        ]
        return [TypedParameter("weight", .uint(weight ?? 0))]
            + zip(Self.deviceNames, values).map { TypedParameter($0, $1) }
    }

    /// Changes what is given of them. A disk's limit of 0 is none.
    public mutating func change(_ given: [TypedParameter]) throws(VirtError) {
        let wanted = try ParameterReading(given, knowing: ["weight"] + Self.deviceNames)
        if let value = try wanted.uint("weight") { weight = value == 0 ? nil : value }
        for name in Self.deviceNames {
            guard let text = try wanted.string(name) else { continue }
            let isLong = name.hasByteSuffix("bytes_sec")
            for (path, value) in try Self.limits(text, name, most: isLong ? .max : UInt64(UInt32.max)) {
                let index = devices.firstIndex { $0.path.hasSameBytes(as: path) } ?? devices.endIndex
                if index == devices.endIndex {
                    guard devices.count < Self.mostDevices else {
                        throw VirtError(.invalidArg, "limits for more than \(Self.mostDevices) disks")
                    }
                    var new = BlkioDevice()
                    new.path = path
                    devices.append(new)
                }
                devices[index].set(name, value)
            }
        }
        devices.removeAll { device in
            var plain = BlkioDevice()
            plain.path = device.path
            return device == plain
        }
    }

    private static let mostDevices = 1024

    private static func limits(
        _ text: String, _ name: String, most: UInt64
    ) throws(VirtError) -> [(String, UInt64)] {
        let refusal = VirtError(
            .invalidArg, "unable to parse blkio device '\(name)' '\(text)'", from: .domain)
        if text.isEmpty { return [] }
        let parts = text.split(atByte: ",", omittingEmptySubsequences: false)
        guard parts.count % 2 == 0 else { throw refusal }
        var found: [(String, UInt64)] = []
        for index in stride(from: 0, to: parts.count, by: 2) {
            guard let value = UInt64(parts[index + 1]), value <= most, !parts[index].isEmpty else {
                throw refusal
            }
            found.append((String(parts[index]), value))
        }
        return found
    }
}

extension BlkioDevice {
    fileprivate mutating func set(_ name: String, _ value: UInt64) {
        let (long, short) = (value == 0 ? nil : value, value == 0 ? nil : UInt32(clamping: value))
        switch name {
        case "device_weight": weight = short
        case "device_read_iops_sec": readIOPS = short
        case "device_write_iops_sec": writeIOPS = short
        case "device_read_bytes_sec": readBytes = long
        default: writeBytes = long
        }
    }
}
