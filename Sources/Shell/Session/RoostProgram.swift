import ByteText
import LinuxSystem
import Virt

/// The program `roost`, from its arguments to its exit status.
public enum RoostProgram {
    /// Does what the program's arguments say on other threads, while this one, the main one, waits for Ctrl-C: calls of a driver
    /// in this process then take no turn of another thread, which cost more than the calls.
    public static func main() -> Never {
        Interrupts.block()
        Task.detached { ThisProcess.exit(await run(Array(ThisProcess.arguments().dropFirst()))) }
        Interrupts.shared.deliverAll()
    }

    /// Does what the arguments (without the program's name) and the environment say.
    private static func run(_ arguments: [String]) async -> Int32 {
        let output = Output()
        let status = await run(arguments, output)
        output.flush()
        return output.isBroken ? 1 : status
    }

    private static func run(_ arguments: [String], _ output: Output) async -> Int32 {
        switch GlobalOptions.parse(arguments) {
        case .fail(let lines):
            output.errors(lines)
            return 1
        case .show(.usage): output.print(HelpText.usage)
        case .show(.shortVersion): output.print(ProgramVersion.text + "\n")
        case .show(.longVersion): output.print(ProgramVersion.details)
        case .run(let settings): return await run(settings, output)
        }
        return 0
    }

    private static func run(_ settings: Settings, _ output: Output) async -> Int32 {
        var settings = settings
        if settings.uri == nil { settings.uri = ThisProcess.environment("VIRSH_DEFAULT_CONNECT_URI") }
        guard prepare(output, settings) else { return 1 }
        let session = Session(settings: settings, output: output)
        let succeeded = await session.runAll()
        await session.close()
        return succeeded ? 0 : 1
    }

    private static func prepare(_ output: Output, _ settings: Settings) -> Bool {
        output.isQuiet = settings.isQuiet
        if let level = settings.debugLevel {
            if (0...4).contains(level) {
                output.debugLevel = level
            } else {
                output.errors(["ignoring debug level \(level) out of range [0-4]"])
            }
        } else if let text = ThisProcess.environment("VIRSH_DEBUG") {
            guard let level = Int(text), (0...4).contains(level) else {
                output.errors(["VIRSH_DEBUG not set with a valid numeric value"])
                return true
            }
            output.debugLevel = level
        }
        guard let path = settings.logPath ?? ThisProcess.environment("VIRSH_LOG_FILE") else { return true }
        do {
            output.log = try LogFile(path)
            return true
        } catch {
            output.errors(["failed to open the log file. check the log file path"])
            return false
        }
    }
}

extension Session {
    /// Runs the command of the program's arguments, or reads commands.
    fileprivate func runAll() async -> Bool {
        if settings.words.isEmpty {
            guard await connectFirst() else { return false }
            await runInteractively()
            return true
        }
        output.debug(0, settings.words.count == 1 ? "commands: \"\(settings.words[0])\"\n" : "")
        let commands: [Arguments]
        do {
            commands = try described(parsed())
        } catch {
            output.errors(Failure.lines(of: error))
            return false
        }
        // The URI is then the daemon's, and no hypervisor's.
        let isOfDaemon = settings.words[0].cut(atByte: " ")?.before ?? settings.words[0][...] == "admin"
        guard isOfDaemon ? true : await connectFirst() else { return false }
        return await run(commands)
    }

    private func parsed() throws -> [Arguments] {
        guard settings.words.count == 1, let text = settings.words.first else {
            return try CommandParser.parse(words: settings.words)
        }
        if text.isEmpty { throw Failure() }
        return try CommandParser.parse(text)
    }

    /// A hypervisor that was named must answer before anything else is done.
    private func connectFirst() async -> Bool {
        guard settings.uri != nil else { return true }
        do {
            _ = try await connected()
            return true
        } catch {
            output.errors(Failure.lines(of: error))
            return false
        }
    }
}
