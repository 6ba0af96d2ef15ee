import Glibc
import Synchronization
import Virt

/// The kernel's firewall, by way of libnftables. The library is loaded when it is first needed: hosts without rules never pay
/// for it.
public final class Nftables: Sendable {
    private typealias Context = OpaquePointer
    private typealias Make = @convention(c) (UInt32) -> Context?
    private typealias Run = @convention(c) (Context, UnsafePointer<CChar>) -> Int32
    private typealias Switch = @convention(c) (Context) -> Int32
    private typealias Choose = @convention(c) (Context, UInt32) -> Void
    private typealias Text = @convention(c) (Context) -> UnsafePointer<CChar>?
    private typealias Free = @convention(c) (Context) -> Void

    private struct Library {
        let make: Make
        let keepOutput: Switch
        let keepErrors: Switch
        let choose: Choose
        let run: Run
        let output: Text
        let errors: Text
        let free: Free
    }

    /// One command at a time.
    private let library = Mutex<Library?>(nil)
    private let origin: ErrorDomain

    /// - Parameter origin: where errors come from.
    public init(from origin: ErrorDomain) { self.origin = origin }

    /// How rules are listed.
    public enum Form: UInt32, Sendable {
        /// In nft's language, without counters.
        case plain = 4
        /// In nft's language, with the numbers by which rules are removed.
        case handles = 12
        case json = 16
    }

    /// Runs commands, in nft's own language, as one transaction: all of them or none. May wait for the kernel.
    ///
    /// - Returns: what was listed.
    @discardableResult
    public func run(_ commands: [String], as form: Form = .plain) throws(VirtError) -> String {
        let text = commands.map { $0 + "\n" }.joined()
        let result = library.withLock { loaded -> Result<String, VirtError> in
            guard let library = loaded ?? Self.load() else { return .failure(missing) }
            loaded = library
            return run(text, form, library)
        }
        return try result.get()
    }

    private func run(_ text: String, _ form: Form, _ library: Library) -> Result<String, VirtError> {
        // One that has changed tables remembers them as they were before.
        guard let context = library.make(0) else { return .failure(missing) }
        defer { library.free(context) }
        guard library.keepOutput(context) == 0, library.keepErrors(context) == 0 else {
            return .failure(missing)
        }
        library.choose(context, form.rawValue)
        if library.run(context, text) == 0 {
            return .success(library.output(context).map { String(cString: $0) } ?? "")
        }
        let words = library.errors(context).map { String(cString: $0) } ?? ""
        return .failure(
            VirtError(.internalError, "the firewall's rules can't be changed: \(words)", from: origin))
    }

    private var missing: VirtError {
        VirtError(
            .configUnsupported,
            "the firewall needs libnftables, and it isn't installed (libnftables1)", from: origin)
    }

    private static func load() -> Library? {
        guard let handle = dlopen("libnftables.so.1", RTLD_NOW | RTLD_LOCAL) else { return nil }
        func symbol<Function>(_ name: String, _ type: Function.Type) -> Function? {
            dlsym(handle, name).map { unsafeBitCast($0, to: type) }
        }
        guard let make = symbol("nft_ctx_new", Make.self),
            let keepOutput = symbol("nft_ctx_buffer_output", Switch.self),
            let keepErrors = symbol("nft_ctx_buffer_error", Switch.self),
            let choose = symbol("nft_ctx_output_set_flags", Choose.self),
            let run = symbol("nft_run_cmd_from_buffer", Run.self),
            let output = symbol("nft_ctx_get_output_buffer", Text.self),
            let errors = symbol("nft_ctx_get_error_buffer", Text.self),
            let free = symbol("nft_ctx_free", Free.self)
        else { return nil }
        return Library(
            make: make, keepOutput: keepOutput, keepErrors: keepErrors, choose: choose, run: run,
            output: output,
            errors: errors, free: free)
    }
}
