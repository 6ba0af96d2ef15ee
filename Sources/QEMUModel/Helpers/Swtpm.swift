import ByteText
import Virt
import VirtXML

extension TPMDevice {
    /// Whether a program of the host plays the module.
    package var isEmulated: Bool { backend == .emulator && model != .spaprProxy }

    /// The name of the folder that a version's state is kept in.
    fileprivate var stateName: String { version == .v2_0 ? "tpm2" : "tpm1.2" }
}

extension HelperHost {
    /// The folder of a domain's TPM.
    func tpmState(of domain: UUID) -> String { "\(tpmStates)/\(domain)" }
}

extension QEMUGuest {
    /// Where a guest's TPM listens.
    var tpmSocketPath: String { "\(resources.runFolder)/swtpm/\(resources.shortName)-swtpm.sock" }

    /// `CMD_SHUTDOWN` of swtpm's control channel, as a number of four bytes.
    private static let swtpmShutdown: [UInt8] = [0, 0, 0, 3]

    /// The emulator of a trusted platform module.
    package func swtpm(_ tpm: TPMDevice, _ host: HelperHost) throws(ConfigurationError) -> HelperProcess? {
        guard tpm.isEmulated else { return nil }
        let log = "\(host.tpmLogs)/\(domain.name.withoutCommas.asFileName(before: "-swtpm.log"))"
        let alias = try alias(of: tpm.info)
        var helper = HelperProcess(.swtpm, of: alias, path: try host.path(.swtpm), log: log)
        helper.runsAs = .tpm
        helper.socket = .listening(path: tpmSocketPath)
        helper.ending = HelperEnding(socket: tpmSocketPath, message: Self.swtpmShutdown)
        helper.folders = [
            HelperFolder(path: "\(resources.runFolder)/swtpm"), HelperFolder(path: host.tpmStates),
            HelperFolder(path: host.tpmLogs, mode: 0o730, owner: .tpm),
        ]
        let state = try stateOptions(tpm, host)
        helper.arguments = [
            "socket", "--ctrl", "type=unixio,fd=\(HelperProcess.socketNumber)", "--tpmstate", state.options,
            "--log", try logOptions(tpm, log), "--terminate",
        ]
        if tpm.version == .v2_0 { helper.arguments.append("--tpm2") }
        try addKey(tpm, host, to: &helper)
        try addState(tpm, host, state.folder, to: &helper)
        return helper
    }

    private func logOptions(_ tpm: TPMDevice, _ log: String) throws(ConfigurationError) -> String {
        var options = HelperOptions(for: .swtpm)
        try options.add("file", log)
        if let level = tpm.debug { try options.add("level", "\(level)") }
        return options.text
    }

    /// Where the state is: a folder that the daemon keeps if the document names none.
    private func stateOptions(
        _ tpm: TPMDevice, _ host: HelperHost
    ) throws(ConfigurationError) -> (options: String, folder: String?) {
        var options = HelperOptions(for: .swtpm)
        if let path = tpm.source?.path {
            if tpm.source?.type == "dir" {
                try options.add("dir", path)
            } else {
                try options.add("backend-uri", "file://" + path)
            }
            try options.add("mode", "0600")
            return (options.text, nil)
        }
        guard let uuid = domain.uuid else { throw .internal("a domain with a TPM has no UUID") }
        let folder = "\(host.tpmState(of: uuid))/\(tpm.stateName)"
        try options.add("dir", folder)
        try options.add("mode", "0600")
        return (options.text, folder)
    }

    /// The passphrase that the state is encrypted with; a state that leaves the host is, too.
    private func addKey(
        _ tpm: TPMDevice, _ host: HelperHost, to helper: inout HelperProcess
    ) throws(ConfigurationError) {
        guard let secret = tpm.encryptionSecret else { return }
        var reference = VirtXML.SecretReference()
        reference.uuid = secret
        let value = try host.secret(.kept(reference, .vtpm))
        helper.arguments += [
            "--key", "pwdfd=4,mode=aes-256-cbc", "--migration-key", "pwdfd=5,mode=aes-256-cbc",
        ]
        helper.inputs = [4: value, 5: value]
    }

    /// A state is made when there is none yet, beside its place, so that it is there whole or not at all.
    private func addState(
        _ tpm: TPMDevice, _ host: HelperHost, _ folder: String?, to helper: inout HelperProcess
    ) throws(ConfigurationError) {
        guard let folder, let uuid = domain.uuid else { return }
        helper.folders.append(HelperFolder(path: host.tpmState(of: uuid)))
        let new = folder + ".new"
        var make = tpm.version == .v2_0 ? ["--tpm2"] : []
        if tpm.encryptionSecret != nil {
            make += ["--pwdfile-fd", "\(HelperProcess.socketNumber)", "--cipher", "aes-256-cbc"]
        }
        make += ["--tpm-state", new]
        if let profile = tpm.profile?.source { make += ["--profile-name", profile] }
        if let disabled = tpm.profile?.removeDisabled { make += ["--profile-remove-disabled", disabled] }
        make += [
            "--vmid", machineIdentity(uuid), "--logfile", helper.log, "--createek", "--create-ek-cert",
            "--create-platform-cert", "--lock-nvram", "--not-overwrite",
        ]
        var setup = HelperSetup(
            program: try host.path(.swtpmSetup), runs: [make],
            folder: HelperFolder(path: new, mode: 0o700, owner: .tpm), final: folder)
        setup.inputs = helper.inputs[4].map { [HelperProcess.socketNumber: $0] } ?? [:]
        if !host.isPrivileged {
            // A user's own certificate authority.
            setup.runs.insert(["--create-config-files", "skip-if-exist"], at: 0)
        }
        if !tpm.pcrBanks.isEmpty, tpm.version == .v2_0 { setup.runs.append(banks(tpm, new, helper.log)) }
        helper.setup = setup
    }

    /// Which of the module's registers are kept.
    private func banks(_ tpm: TPMDevice, _ state: String, _ log: String) -> [String] {
        let key =
            tpm.encryptionSecret == nil
            ? [] : ["--pwdfile-fd", "\(HelperProcess.socketNumber)", "--cipher", "aes-256-cbc"]
        let banks = TPMDevice.PCRBank.allCases.filter(tpm.pcrBanks.contains).map(\.rawValue)
        return ["--tpm2"] + key + [
            "--tpm-state", state, "--logfile", log, "--pcr-banks", banks.joined(separator: ","),
            "--reconfigure",
        ]
    }

    /// The name that certificates bear. It becomes part of a distinguished name, so a domain's name goes into it only
    /// if none of its letters means something there.
    private func machineIdentity(_ uuid: UUID) -> String {
        let isPlain = domain.name.utf8.allSatisfy { unit in
            switch unit {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "-_. ".utf8.contains(unit)
            }
        }
        return isPlain && !domain.name.hasBytePrefix("-") ? "\(domain.name):\(uuid)" : "\(uuid)"
    }
}
