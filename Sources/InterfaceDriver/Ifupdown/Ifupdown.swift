import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtXML

/// The definitions of interfaces that `ifupdown` keeps in `/etc/network`.
///
/// What is defined here has a file of its own in `interfaces.d`. What an administrator wrote elsewhere is shown, and
/// changed by nobody else. All calls wait for the disk.
struct Ifupdown: Sendable {
    let folder: String
    /// Where the files are copied to that a change began with.
    let kept: String
    var programs = (up: "ifup", down: "ifdown")

    /// - Parameter root: what stands before `/etc`.
    init(root: String = "", kept: String) {
        (folder, self.kept) = (root + "/etc/network", kept)
    }

    private var main: String { folder + "/interfaces" }
    private var pieces: String { folder + "/interfaces.d" }

    /// Whether this host's interfaces are set up so.
    var isUsed: Bool { FileSystem.exists(main) && ProgramOrders.find(programs.up) != nil }

    // MARK: Look

    /// The names of the interfaces that are defined, but for the loopback.
    func names() throws(VirtError) -> [String] {
        guard isUsed else { return [] }
        let names = try files().flatMap { $0.file.stanzas.map(\.name) }.filter { !$0.hasSameBytes(as: "lo") }
        return Set(names.map { ByteName($0) }).sorted().map(\.text)
    }

    /// The definition of an interface; nil where it has none.
    func definition(_ name: String) throws(VirtError) -> HostInterfaceDefinition? {
        guard isUsed else { return nil }
        let files = try files().map(\.file)
        let stanzas = files.flatMap(\.stanzas).filter { $0.name.hasSameBytes(as: name) }
        if stanzas.isEmpty { return nil }
        let key = ByteName(name)
        var definition = HostInterfaceDefinition(name, stanzas)
        definition.startMode =
            files.contains { $0.automatic.contains(key) }
            ? .onboot
            : files.contains { $0.hotplugged.contains(key) }
                ? .hotplug : HostInterfaceDefinition.StartMode.none
        return definition
    }

    private func files() throws(VirtError) -> [(path: String, file: IfupdownFile)] {
        try reporting(main) { () throws(SystemError) in
            let first = IfupdownFile(try FileSystem.readText(main))
            var found = [(main, first)]
            for path in try others(first) {
                found.append((path, IfupdownFile(try FileSystem.readText(path))))
            }
            return found
        }
    }

    /// The files that the first one has read: by name, by the folder that all are in, or by the folder that those are in
    /// whose names have nothing but letters, digits, `_` and `-`.
    private func others(_ file: IfupdownFile) throws(SystemError) -> [String] {
        var found: [String] = []
        for source in file.sources.map(whole) {
            guard let folder = source.droppingByteSuffix("/*").map({ String($0) }) else {
                if FileSystem.exists(source) { found.append(source) }
                continue
            }
            guard FileSystem.exists(folder) else { continue }
            found += try FileSystem.names(in: folder).filter { !$0.hasBytePrefix(".") }.map {
                "\(folder)/\($0)"
            }
        }
        for folder in file.folders.map(whole) where FileSystem.exists(folder) {
            let names = try FileSystem.names(in: folder).filter { $0.consistsOfAlphanumerics(or: "_-") }
            found += names.map { "\(folder)/\($0)" }
        }
        return found.filter { (try? FileSystem.status(of: $0))?.kind == .regular }
    }

    private func whole(_ path: String) -> String {
        guard path.hasBytePrefix("/") else { return "\(folder)/\(path)" }
        return (folder.droppingByteSuffix("/etc/network").map { String($0) } ?? "") + path
    }

    // MARK: Change

    /// Keeps a definition, in place of the former one.
    func define(_ definition: HostInterfaceDefinition) throws(VirtError) {
        let name = definition.name ?? ""
        let text = try definition.ifupdownText()
        let own = path(of: name)
        let files = try files()
        if let other = files.first(where: { $0.path != own && $0.file.has(name) }) {
            throw invalid("interface '\(name)' is defined in '\(other.path)': change it there")
        }
        guard let first = files.first, reads(first.file, own) else {
            throw invalid("'\(main)' doesn't read '\(own)': add the line 'source interfaces.d/*'")
        }
        try reporting(own) { () throws(SystemError) in try FileSystem.replace(own, with: text, mode: 0o644) }
    }

    private func reads(_ file: IfupdownFile, _ own: String) -> Bool {
        let isListed = file.sources.map(whole).contains { $0 == "\(pieces)/*" || $0 == own }
        return isListed || file.folders.map(whole).contains(pieces)
    }

    /// Removes a definition.
    func undefine(_ name: String) throws(VirtError) {
        let own = path(of: name)
        if let place = try files().first(where: { $0.file.has(name) }), place.path != own {
            throw invalid("interface '\(name)' is defined in '\(place.path)': remove it there")
        }
        let isGone = try reporting(own) { () throws(SystemError) in try FileSystem.removeDurably(own) }
        if !isGone { throw invalid("interface '\(name)' is not defined") }
    }

    /// The file of an interface. Names with a dot would be passed over in some folders.
    private func path(of name: String) -> String { "\(pieces)/\(name.replacing(byte: ".", with: "_"))" }

    /// Has a program start or stop an interface, which may take as long as its DHCP server.
    func run(_ program: String, _ name: String) async throws(VirtError) {
        let found = program.hasSameBytes(as: "ifup") ? programs.up : programs.down
        do throws(SystemError) {
            let run = try await ProgramRun.run(found, [name], timeout: .seconds(120))
            if run.status == .exited(0) { return }
            throw SystemError(call: program, errno: 0, context: run.errorText)
        } catch {
            let why = error.errno == 0 ? error.context ?? "" : "\(error)"
            throw VirtError(.operationFailed, "\(program) \(name) failed: \(why)", from: .interface)
        }
    }

    // MARK: All or nothing

    /// Keeps the files as they are now.
    func begin() throws(VirtError) {
        if FileSystem.exists(kept) { throw invalid("there is an interface change transaction already") }
        try reporting(kept) { () throws(SystemError) in
            try FileSystem.makeDirectory(kept + ".new/interfaces.d", mode: 0o700, parents: true)
            try Self.copy(from: folder, to: kept + ".new")
            try FileSystem.rename(kept + ".new", to: kept)
        }
    }

    /// The files stay as they have become.
    func commit() throws(VirtError) {
        try requireBegun()
        try reporting(kept) { () throws(SystemError) in try FileSystem.removeTree(kept) }
    }

    /// The files become as they were.
    func rollback() throws(VirtError) {
        try requireBegun()
        try reporting(folder) { () throws(SystemError) in
            let former = try FileSystem.names(in: kept + "/interfaces.d")
            for name in try FileSystem.names(in: pieces)
            where !former.contains(where: { $0.hasSameBytes(as: name) }) {
                try FileSystem.remove("\(pieces)/\(name)")
            }
            try Self.copy(from: kept, to: folder)
            try FileSystem.removeTree(kept)
        }
    }

    private func requireBegun() throws(VirtError) {
        if !FileSystem.exists(kept) { throw invalid("there is no interface change transaction") }
    }

    private static func copy(from: String, to: String) throws(SystemError) {
        let names = try FileSystem.names(in: from + "/interfaces.d").map { "interfaces.d/\($0)" }
        for name in ["interfaces"] + names {
            guard try FileSystem.status(of: "\(from)/\(name)").kind == .regular else { continue }
            let text = try FileSystem.read("\(from)/\(name)", limit: 1 << 20)
            try FileSystem.replace("\(to)/\(name)", with: text, mode: 0o644)
        }
    }

    private func invalid(_ message: String) -> VirtError {
        VirtError(.operationInvalid, message, from: .interface)
    }

    private func reporting<Result>(
        _ path: String, _ body: () throws(SystemError) -> Result
    ) throws(VirtError) -> Result {
        try VirtError.reporting("cannot use '\(path)'", from: .interface, body)
    }
}

extension IfupdownFile {
    fileprivate func has(_ name: String) -> Bool { stanzas.contains { $0.name.hasSameBytes(as: name) } }
}
