import DriverKit
import LinuxSystem
import QEMUModel
import Virt
import VirtXML

/// A guest that is read from a file.
struct SavedGuest: Sendable {
    let file: OpenSaveImage
    /// What it was, with all filled in.
    var definition: DomainDefinition
    /// The CPU that its document asks for, where it is known better.
    let requestedCPU: GuestCPU?
    /// Whether it ran.
    var isRunning: Bool
    /// The file is not to stay in the kernel's cache.
    var bypassesCache = false

    /// - Parameter document: what it is to be instead of what the file says; the same machine.
    init(_ file: OpenSaveImage, document: String? = nil, in context: QEMUContext) async throws(VirtError) {
        self.file = file
        let xml =
            if let document { try await context.replacement(document, of: file.image.xml) } else {
                file.image.xml
            }
        definition = try await context.definition(xml)
        requestedCPU = definition.cpu
        if let cpu = file.image.cookie?.cpu { definition.cpu = cpu }
        isRunning = file.image.header.isRunning
        guard file.image.header.format != .sparse else {
            throw VirtError(
                .operationUnsupported, "save image format 'sparse' is not supported by this QEMU", from: .qemu
            )
        }
    }

    /// What QEMU reads from.
    func pipe() throws(VirtError) -> StatePipe {
        guard let program = file.image.header.format.program else {
            // QEMU alone is to hold its own.
            let copy = try VirtError.reporting("the file can't be handed to QEMU", from: .qemu) {
                () throws(SystemError) in try file.descriptor.duplicate()
            }
            return StatePipe(copy)
        }
        return try StatePipe(unpacking: file.descriptor, with: program)
    }
}

extension QEMUDomain {
    /// Has QEMU of a start read its guest.
    func receive(_ saved: SavedGuest, of run: Int32) async throws(VirtError) {
        guest?.job = GuestJob(.restore)
        defer { if guest(run) != nil { guest?.job = nil } }
        let path = saved.file.path
        try await begin(
            RecordedJob(.restore, StatePlace(path: path, part: path), resumes: saved.isRunning), run)
        try await readState(run, from: try saved.pipe())
        if saved.bypassesCache { saved.file.descriptor.dropCache() }
    }
}
