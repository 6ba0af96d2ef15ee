import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtXML

/// Takes PCI devices from the host's drivers for guests, and gives them back.
struct PCIAssignment: Sendable {
    let tree: DeviceTree
    /// Writes a file of `/sys`: what, and where.
    var write: @Sendable (String, String) throws(SystemError) -> Void = { (text, path) throws(SystemError) in
        try FileSystem.open(path, [.writeOnly, .truncate]).writeAll(text.utf8)
    }
    /// The driver by which QEMU reaches devices.
    private static let backend = "vfio-pci"

    /// Has a driver of guests drive a device; one that it drives already stays as it is.
    ///
    /// - Parameter name: the driver, if it isn't the ordinary one.
    func detach(_ device: NodeDevice, by name: String?) async throws(VirtError) {
        try await Blocking.run { () throws(VirtError) in
            guard tree.exists("/dev/vfio/vfio"), !tree.names(in: "/sys/kernel/iommu_groups").isEmpty else {
                let message = "VFIO device assignment is currently not supported on this system"
                throw VirtError(.argumentUnsupported, message, from: .qemu)
            }
            let path = try folder(of: device, from: .domain)
            let driver = name.flatMap { $0.hasSameBytes(as: "vfio") ? nil : $0 } ?? Self.backend
            try load(driver)
            if drives(driver, path) { return }
            try drive(path, by: driver)
            if drives(driver, path) { return }
            try? put("\n", "\(path)/driver_override")
            let message = "driver '\(driver)' doesn't take PCI device \(FileSystem.lastPart(of: path))"
            throw VirtError(.operationFailed, message, from: .nodedev)
        }
    }

    private func drives(_ driver: String, _ path: String) -> Bool {
        tree.target("\(path)/driver")?.hasSameBytes(as: driver) == true
    }

    /// Has the kernel load a driver that isn't there yet.
    private func load(_ driver: String) throws(VirtError) {
        if !driver.contains(byte: "/"), tree.exists("/sys/bus/pci/drivers/\(driver)") { return }
        let orders = ProgramOrders("modprobe", ["-b", "--", driver])
        var reason = "no such driver"
        do throws(SystemError) {
            let run = try ProgramRun.wait(for: orders)
            if run.status == .exited(0) { return }
            reason = run.errorText
        } catch {
            reason = error.description
        }
        throw VirtError(
            .internalError, "Failed to load PCI driver module \(driver): \(reason)", from: .nodedev)
    }

    /// Gives a device back to the driver that the host has for it.
    func reattach(_ device: NodeDevice) async throws(VirtError) {
        try await Blocking.run { () throws(VirtError) in
            let path = try folder(of: device)
            guard isTaken(path) else { return }
            try drive(path, by: nil)
        }
    }

    /// Puts a device into the state that it has after the host was switched on.
    func reset(_ device: NodeDevice) async throws(VirtError) {
        try await Blocking.run { () throws(VirtError) in
            let path = try folder(of: device)
            let name = FileSystem.lastPart(of: path)
            if let device = tree.device(at: path), PCIConfiguration(device).headerType != 0 {
                throw VirtError(
                    .internalError,
                    "Invalid attempt to reset PCI device \(name). Only PCI endpoint devices can be reset",
                    from: .nodedev)
            }
            // vfio resets a device before each guest.
            if isTaken(path) { return }
            guard tree.exists("\(path)/reset") else {
                let message = "Unable to reset PCI device \(name): no FLR, PM reset or bus reset available"
                throw VirtError(.internalError, message, from: .nodedev)
            }
            try put("1", "\(path)/reset")
        }
    }

    /// Whether a driver of guests has the device.
    private func isTaken(_ path: String) -> Bool {
        tree.target("\(path)/driver")?.contains(bytesOf: "vfio") == true
    }

    private func folder(
        of device: NodeDevice, from origin: ErrorDomain = .nodedev
    ) throws(VirtError) -> String {
        if case .pci? = device.live?.capabilities.first, let path = device.path { return path }
        throw VirtError(.invalidArg, "device \(device.title) is not a PCI device", from: origin)
    }

    /// Names the one driver that may have a device, or anyone; takes it from the one it has, and has drivers looked for.
    private func drive(_ path: String, by driver: String?) throws(VirtError) {
        let name = FileSystem.lastPart(of: path)
        try put(driver ?? "\n", "\(path)/driver_override")
        if tree.exists("\(path)/driver") { try put(name, "\(path)/driver/unbind") }
        try put(name, "/sys/bus/pci/drivers_probe")
    }

    private func put(_ text: String, _ path: String) throws(VirtError) {
        try VirtError.reporting("cannot write to '\(tree.root)\(path)'", from: .nodedev) {
            () throws(SystemError) in try write(text, tree.root + path)
        }
    }
}
