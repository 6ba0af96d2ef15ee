import DriverKit
import JSON
import LinuxSystem
import Logging
import QEMUModel
import Virt
import VirtDriver

/// How a guest's memory is to be kept for whoever looks for a fault in it.
struct DumpOrder: Sendable {
    let path: String
    let format: DomainCoreDumpFormat
    let flags: DomainCoreDumpFlags
}

extension QEMUDomain {
    func coreDump(to: String, flags: DomainCoreDumpFlags) async throws(VirtError) {
        try flags.require(.ofDumps, in: "qemuDomainCoreDumpWithFormat", from: .qemu)
        try await dump(DumpOrder(path: to, format: .raw, flags: flags))
    }

    func coreDumpWithFormat(
        to: String, dumpformat: UInt32, flags: DomainCoreDumpFlags
    ) async throws(VirtError) {
        try flags.require(.ofDumps, in: "qemuDomainCoreDumpWithFormat", from: .qemu)
        let format = DomainCoreDumpFormat(rawValue: Int32(clamping: dumpformat))
        guard format.qemuName != nil else {
            throw VirtError(
                code: .invalidArg, domain: .domain, message: "dumpformat '\(dumpformat)' is not supported")
        }
        try await dump(DumpOrder(path: to, format: format, flags: flags))
    }

    private func dump(_ order: DumpOrder) async throws(VirtError) {
        try order.flags.requireOneEnd()
        try existingActive()
        if order.format != .raw, !order.flags.contains(.memoryOnly) {
            throw VirtError(
                .operationInvalid, "kdump-compressed format is only supported with memory-only dump",
                from: .qemu)
        }
        try await withLongJob(.dump, "dump") {
            (domain: isolated QEMUDomain, run: Int32) async throws(VirtError) in
            try await domain.dump(order, run)
        }
        await forgetSoon()
    }

    /// Writes the guest's memory to a file. The guest stands still meanwhile, unless it is to be dumped as it runs.
    private func dump(_ order: DumpOrder, _ run: Int32) async throws(VirtError) {
        let wasRunning = snapshot.state == .running
        let path = order.path
        let place = try await Blocking.run { () throws(VirtError) in try StatePlace(path) }
        let counted: [TypedParameter]
        do throws(VirtError) {
            try await begin(RecordedJob(.dump, place, resumes: wasRunning), run)
            let file = try await Blocking.run { () throws(VirtError) in try place.open() }
            if wasRunning, !order.flags.contains(.live) { try await pause(.dump) }
            counted = try await write(order, run, file)
            try await context.writing(path) { () throws(SystemError) in
                try place.complete(file)
                try place.take()
            }
            if order.flags.contains(.bypassCache) { file.dropCache() }
        } catch {
            await giveUp(place, run, resumes: wasRunning, .unpaused)
            throw error
        }
        if let job = guest(run)?.job { complete(job.parameters(counted)) }
        if order.flags.contains(.crash) { return try await end(run, .panicked) }
        if order.flags.contains(.reset) { try await ask("system_reset") }
        if wasRunning, snapshot.state == .paused { try await continueProcessors(.unpaused) }
        try await forgetJob(run)
    }

    private func write(
        _ order: DumpOrder, _ run: Int32, _ file: Descriptor
    ) async throws(VirtError) -> [TypedParameter] {
        if order.flags.contains(.memoryOnly) { return try await dumpMemory(order, run, file) }
        let format = try context.configuration.dumpFormat()
        let pipe =
            if let program = format.program {
                try StatePipe(packing: file, with: program)
            } else { StatePipe(file) }
        return try await writeState(run, to: pipe, "domain core dump").parameters
    }

    /// Has QEMU write the memory alone, as debuggers read it.
    private func dumpMemory(
        _ order: DumpOrder, _ run: Int32, _ file: Descriptor
    ) async throws(VirtError) -> [TypedParameter] {
        let format = order.format.qemuName ?? "elf"
        let able = try await ask("query-dump-guest-memory-capability")["formats"]?.array ?? []
        guard able.contains(.string(format)) else {
            throw VirtError(
                .operationUnsupported, "unsupported dumpformat '\(format)' for this QEMU binary", from: .qemu)
        }
        guest?.job?.isDump = true
        try await ask("getfd", ["fdname": "dump"], descriptors: [file])
        do throws(VirtError) {
            try await ask(
                "dump-guest-memory",
                ["paging": false, "protocol": "fd:dump", "detach": true, "format": .string(format)])
        } catch {
            _ = try? await ask("closefd", ["fdname": "dump"])
            throw error
        }
        return try await dumpEnd(of: run)
    }

    /// Waits until QEMU has written the memory.
    private func dumpEnd(of run: Int32) async throws(VirtError) -> [TypedParameter] {
        guard let news = guest(run)?.job?.news else { throw .endedMeanwhile }
        for await _ in news.all {
            guard guest(run) != nil else { break }
            let reply = try await ask("query-dump")
            switch reply["status"]?.string {
            case "completed": return DumpProgress(reply).parameters
            case "failed":
                throw VirtError(
                    .operationFailed, "memory-only dump job failed: QEMU could not write the file",
                    from: .qemu)
            default: continue
            }
        }
        throw .endedMeanwhile
    }

    // MARK: Crashes

    /// Keeps the memory of a guest that has crashed, as its document asks for.
    func dumpCrashed(_ run: Int32) async {
        guard guest(run) != nil else { return }
        let folder = context.configuration.dumps
        let path =
            "\(folder)/\(snapshot.id)-\(snapshot.name.utf8.count > 20 ? "guest" : snapshot.name)-\(CalendarTime.now.seconds)"
        do throws(VirtError) {
            try await context.writing(folder) { () throws(SystemError) in
                try FileSystem.makeDirectory(folder, mode: 0o700, parents: true)
            }
            try await withLongJob(.dump, "dump") {
                (domain: isolated QEMUDomain, now: Int32) async throws(VirtError) in
                guard now == run else { throw .endedMeanwhile }
                try await domain.dump(DumpOrder(path: path, format: .raw, flags: .memoryOnly), run)
            }
            context.log.info("the memory of the crashed guest of domain '\(snapshot.name)' is in \(path)")
        } catch {
            context.log.error(
                "the memory of the crashed guest of domain '\(snapshot.name)' can't be kept: \(error.message)"
            )
        }
    }
}

/// How far QEMU has come with writing a guest's memory: what `query-dump` answers.
struct DumpProgress: Sendable {
    let total: UInt64
    let processed: UInt64

    init(_ reply: JSONValue) {
        (total, processed) = (reply["total"]?.uint ?? 0, reply["completed"]?.uint ?? 0)
    }

    var remaining: UInt64 { total > processed ? total - processed : 0 }

    var parameters: [TypedParameter] {
        [
            TypedParameter("memory_total", .ullong(total)),
            TypedParameter("memory_processed", .ullong(processed)),
            TypedParameter("memory_remaining", .ullong(remaining)),
        ]
    }
}

extension DomainCoreDumpFormat {
    /// What QEMU calls it; nil where there is no such format.
    fileprivate var qemuName: String? {
        switch self {
        case .raw: "elf"
        case .kdumpZlib: "kdump-zlib"
        case .kdumpLzo: "kdump-lzo"
        case .kdumpSnappy: "kdump-snappy"
        case .winDmp: "win-dmp"
        default: nil
        }
    }
}

extension DomainCoreDumpFlags {
    fileprivate static let ofDumps: Self = [.crash, .live, .bypassCache, .reset, .memoryOnly]
}

extension QEMUConfiguration {
    /// Where the memory of guests is kept that have crashed.
    var dumps: String { autoDumpFolder ?? library + "/dump" }

    fileprivate func dumpFormat() throws(VirtError) -> SaveImageFormat {
        // One that there isn't, or whose program is missing, is raw: better than no dump.
        guard let format = SaveImageFormat(name: dumpImageFormat), format != .sparse else { return .raw }
        if let program = format.program, ProgramOrders.find(program) == nil { return .raw }
        return format
    }
}
