import ByteText
import LinuxSystem
import Virt
import VirtXML

extension DeviceReader {
    /// A graphics card's way in: its number says which.
    func drm(_ device: SystemDevice) -> Found? {
        let words = [("card", "primary"), ("controlD", "control"), ("renderD", "render")]
        guard let word = words.first(where: { device.name.hasBytePrefix($0.0) }) else { return nil }
        return (Self.name("drm", device.name), .drm(type: word.1))
    }

    /// A part of another device.
    func mdev(_ device: SystemDevice) -> Found? {
        guard let uuid = UUID(device.name), let type = device.target("mdev_type") else { return nil }
        var mdev = MdevCapability()
        (mdev.uuid, mdev.type) = (uuid, type)
        let parent = FileSystem.lastPart(of: FileSystem.parent(of: device.path) ?? "")
        mdev.parentAddress = parent
        mdev.iommuGroup = device.target("iommu_group").flatMap { UInt32($0) } ?? 0
        return (Self.name("mdev", device.name, parent), .mdev(mdev))
    }

    /// The kinds of parts that a device can be divided into; nil where it can't.
    func mdevTypes(_ device: SystemDevice) -> MdevTypes? {
        let folder = "mdev_supported_types"
        let types = device.names(in: folder).compactMap { id -> MdevTypes.MdevType? in
            guard let api = device.text("\(folder)/\(id)/device_api"),
                let count = device.number("\(folder)/\(id)/available_instances")
            else { return nil }
            var type = MdevTypes.MdevType()
            (type.id, type.name, type.deviceAPI) = (id, device.text("\(folder)/\(id)/name"), api)
            type.availableInstances = UInt32(clamping: count)
            return type
        }
        if types.isEmpty { return nil }
        var found = MdevTypes()
        found.types = types
        return found
    }

    /// The file that a guest's card is given by.
    func vdpaPath(_ device: SystemDevice) -> String? {
        device.names().first { $0.hasBytePrefix("vhost-vdpa") }.map { "/dev/\($0)" }
    }
}
