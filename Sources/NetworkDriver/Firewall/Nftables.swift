import Glibc
import Synchronization
import Virt

/// The kernel's firewall, by way of libnftables. The library is loaded when it is first needed: hosts without networks of
/// their own never pay for it.
final class Nftables: Sendable {
    private typealias Context = OpaquePointer
    private typealias Make = @convention(c) (UInt32) -> Context?
    private typealias Run = @convention(c) (Context, UnsafePointer<CChar>) -> Int32
    private typealias Switch = @convention(c) (Context) -> Int32
    private typealias Text = @convention(c) (Context) -> UnsafePointer<CChar>?

    private struct Library {
        let context: Context
        let run: Run
        let output: Text
        let errors: Text
    }

    /// One command at a time.
    private let library = Mutex<Library?>(nil)

    /// Runs commands, in nft's own language, as one transaction: all of them or none. May wait for the kernel.
    ///
    /// - Returns: what was listed.
    @discardableResult
    func run(_ commands: [String]) throws(VirtError) -> String {
        let text = commands.map { $0 + "\n" }.joined()
        let result = library.withLock { loaded -> Result<String, VirtError> in
            guard let library = loaded ?? Self.load() else { return .failure(Self.missing) }
            loaded = library
            if library.run(library.context, text) == 0 {
                return .success(library.output(library.context).map { String(cString: $0) } ?? "")
            }
            let words = library.errors(library.context).map { String(cString: $0) } ?? ""
            return .failure(
                VirtError(.internalError, "the firewall's rules can't be changed: \(words)", from: .network))
        }
        return try result.get()
    }

    private static var missing: VirtError {
        VirtError(
            .configUnsupported,
            "networks need libnftables to protect them, and it isn't installed (libnftables1)",
            from: .network)
    }

    private static func load() -> Library? {
        guard let handle = dlopen("libnftables.so.1", RTLD_NOW | RTLD_LOCAL) else { return nil }
        func symbol<Function>(_ name: String, _ type: Function.Type) -> Function? {
            dlsym(handle, name).map { unsafeBitCast($0, to: type) }
        }
        guard let make = symbol("nft_ctx_new", Make.self),
            let run = symbol("nft_run_cmd_from_buffer", Run.self),
            let keepOutput = symbol("nft_ctx_buffer_output", Switch.self),
            let keepErrors = symbol("nft_ctx_buffer_error", Switch.self),
            let output = symbol("nft_ctx_get_output_buffer", Text.self),
            let errors = symbol("nft_ctx_get_error_buffer", Text.self), let context = make(0),
            keepOutput(context) == 0, keepErrors(context) == 0
        else { return nil }
        return Library(context: context, run: run, output: output, errors: errors)
    }
}
