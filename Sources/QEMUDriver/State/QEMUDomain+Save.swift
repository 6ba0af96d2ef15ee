import DriverKit
import LinuxSystem
import Logging
import QEMUModel
import Virt
import VirtDriver
import VirtXML

/// How a guest is to be saved.
struct SaveOrder: Sendable {
    var path: String
    var flags: DomainSaveRestoreFlags
    /// The document that it is to have instead of its own.
    var document: String?
    var format: SaveImageFormat
    /// The domain is to start from it by itself.
    var isManaged = false
}

extension QEMUDomain {
    func save(to: String) async throws(VirtError) {
        try await saveFlags(to: to, dxml: nil, flags: [])
    }

    func saveFlags(to: String, dxml: String?, flags: DomainSaveRestoreFlags) async throws(VirtError) {
        try flags.require([.bypassCache, .running, .paused], in: "qemuDomainSaveFlags", from: .qemu)
        try flags.requireOneState()
        let format = try context.configuration.saveFormat(nil)
        try await save(SaveOrder(path: to, flags: flags, document: dxml, format: format))
    }

    func saveParams(parameters: [TypedParameter], flags: DomainSaveRestoreFlags) async throws(VirtError) {
        try flags.require([.bypassCache, .running, .paused], in: "qemuDomainSaveParams", from: .qemu)
        try flags.requireOneState()
        let given = try SaveParameters(parameters)
        if given.channels != nil, given.format != SaveImageFormat.sparse.name {
            throw VirtError(
                .invalidArg, "Parallel save is only supported with the 'sparse' save image format",
                from: .qemu)
        }
        try existingActive()
        let format = try context.configuration.saveFormat(given.format)
        guard let path = given.path else {
            // Where no file is named, the domain's own is meant.
            return try await managedSave(flags: flags)
        }
        try await save(SaveOrder(path: path, flags: flags, document: given.document, format: format))
    }

    /// Writes the guest to a file, and ends it.
    func save(_ order: SaveOrder) async throws(VirtError) {
        try existingActive()
        if order.format == .sparse {
            throw VirtError(
                .operationUnsupported, "save image format 'sparse' is not supported by this QEMU", from: .qemu
            )
        }
        try await withLongJob(.save, "save") {
            (domain: isolated QEMUDomain, run: Int32) async throws(VirtError) in
            try await domain.save(order, run)
        }
        await forgetSoon()
    }

    private func save(_ order: SaveOrder, _ run: Int32) async throws(VirtError) {
        var order = order
        // What it is called, and whether it is kept, may have changed while the job was waited for.
        if order.isManaged { order.path = try managedSavePath() }
        let wasRunning = snapshot.state == .running
        let image = try await saveImage(order, wasRunning)
        let start: [UInt8]
        do throws(SaveImageError) { start = try image.bytes() } catch {
            throw VirtError(.operationFailed, error.message, from: .qemu)
        }
        let path = order.path
        let place = try await Blocking.run { () throws(VirtError) in try StatePlace(path) }
        let progress: MigrationProgress
        do throws(VirtError) {
            try await begin(RecordedJob(.save, place, resumes: wasRunning), run)
            let file = try await Blocking.run { () throws(VirtError) in try place.open() }
            if wasRunning { try await pause(.save) }
            progress = try await writeState(run, image, start, file, place)
            if order.flags.contains(.bypassCache) { file.dropCache() }
            try await noteWhole(run)
            try await context.writing(path) { () throws(SystemError) in try place.take() }
        } catch {
            await giveUp(place, run, resumes: wasRunning, .saveCanceled)
            throw error
        }
        complete(run, progress)
        try await end(run, .saved)
    }

    /// What the file is to begin with.
    func saveImage(_ order: SaveOrder, _ wasRunning: Bool) async throws(VirtError) -> SaveImage {
        let now = snapshot
        var xml = try now.xml([.migratable, .secure], channels: context.configuration.channels)
        if let document = order.document {
            xml = try await context.replacement(document, of: xml)
        }
        let helper = context.configuration.slirpHelper
        let usesHelper = await Blocking.run { FileSystem.exists(helper) }
        let cookie = SaveCookie(cpu: now.live?.cpu, usesSlirpHelper: usesHelper)
        let isRunning = order.flags.runs(wasRunning)
        do throws(SaveImageError) {
            return try SaveImage(xml: xml, cookie: cookie, isRunning: isRunning, format: order.format)
        } catch {
            throw VirtError(.operationFailed, error.message, from: .qemu)
        }
    }

    /// Writes all to the file; what it begins with says that last.
    func writeState(
        _ run: Int32, _ image: SaveImage, _ start: [UInt8], _ file: Descriptor, _ place: StatePlace
    ) async throws(VirtError) -> MigrationProgress {
        try await context.writing(place.path) { () throws(SystemError) in try file.writeAll(start) }
        let pipe =
            if let program = image.header.format.program {
                try StatePipe(packing: file, with: program)
            } else { StatePipe(file) }
        let progress = try await writeState(run, to: pipe, "domain save")
        var whole = image.header
        whole.isWhole = true
        let sign = whole.bytes
        try await context.writing(place.path) { () throws(SystemError) in try place.complete(file, sign) }
        return progress
    }
}

extension QEMUContext {
    /// Does something with a file that a state is written to; that it failed is told of the file.
    func writing(
        _ path: String, _ body: @escaping @Sendable () throws(SystemError) -> Void
    ) async throws(VirtError) {
        do throws(SystemError) { try await Blocking.run(body) } catch {
            throw VirtError(error, "Unable to write \(path)")
        }
    }

    /// A document that a saved guest is to have instead of its own, as it is kept. Throws where the guest would find another
    /// machine.
    func replacement(_ document: String, of own: String) async throws(VirtError) -> String {
        let wanted = try await definition(document)
        let source = try await definition(own)
        do throws(ConfigurationError) { try wanted.requireSameMachine(as: source) } catch {
            throw VirtError(error)
        }
        var kept = LocalDomainSnapshot<QEMURunFacts>(name: wanted.name, uuid: wanted.uuid ?? .random())
        kept.persistent = wanted
        return try kept.xml([.migratable, .secure], channels: configuration.channels)
    }
}

extension QEMUConfiguration {
    /// The format that a call wants, or that the daemon's settings say.
    func saveFormat(_ name: String?) throws(VirtError) -> SaveImageFormat {
        let name = name ?? saveImageFormat
        if let format = SaveImageFormat(name: name) { return format }
        throw VirtError(.operationFailed, "Invalid image_format '\(name)'", from: .qemu)
    }
}

extension DomainSaveRestoreFlags {
    /// Whether a guest runs once it is restored that did or didn't when it was saved.
    func runs(_ wasRunning: Bool) -> Bool { contains(.running) || wasRunning && !contains(.paused) }
}

/// What calls say about a file with a guest's state by parameters.
struct SaveParameters {
    var path: String?
    var document: String?
    var format: String?
    var channels: Int32?

    init(_ parameters: [TypedParameter]) throws(VirtError) {
        for parameter in parameters {
            switch (parameter.field, parameter.value) {
            case ("file", .string(let text)): path = text
            case ("dxml", .string(let text)): document = text
            case ("image_format", .string(let text)): format = text
            case ("parallel.channels", .int(let count)):
                guard count >= 1 else {
                    throw VirtError(
                        .invalidArg, "number of parallel save channels cannot be less than 1", from: .qemu)
                }
                channels = count
            case ("file", _), ("dxml", _), ("image_format", _), ("parallel.channels", _):
                throw VirtError(
                    .invalidArg, "invalid type for parameter '\(parameter.field)'", from: .none)
            default:
                throw VirtError(
                    .argumentUnsupported, "parameter '\(parameter.field)' not supported", from: .none)
            }
        }
    }
}
