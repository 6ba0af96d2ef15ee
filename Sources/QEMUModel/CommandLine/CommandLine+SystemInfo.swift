import ByteText
import JSON
import VirtXML

extension QEMUCommandLine {
    /// What the guest reads about its machine.
    mutating func addSystemInfo() throws(ConfigurationError) {
        if domain.os.smbios == .sysinfo,
            let index = domain.sysinfo.firstIndex(where: { $0.type == .smbios })
        {
            try addTables(domain.sysinfo[index], from: .one("sysinfo", index))
        }
        for (index, info) in domain.sysinfo.enumerated() where info.type == .fwcfg {
            for entry in info.entries { try addBlob(entry, from: .one("sysinfo", index)) }
        }
    }

    private mutating func addTables(_ info: SystemInfo, from origin: QEMUOrigin) throws(ConfigurationError) {
        let makers = ["manufacturer", "product", "version", "serial"]
        try addTable(0, info.bios, ["vendor", "version", "date", "release"], from: origin)
        try addTable(1, info.system, makers + ["uuid", "sku", "family"], from: origin)
        if info.baseBoards.count > 1 {
            throw .unsupported("qemu does not support more than one entry to Type 2 in SMBIOS table")
        }
        for board in info.baseBoards {
            try addTable(2, board.entries, makers + ["asset", "location"], from: origin)
        }
        try addTable(3, info.chassis, ["manufacturer", "version", "serial", "asset", "sku"], from: origin)
        try addStrings(info.oemStrings, from: origin)
    }

    private mutating func addTable(
        _ type: Int, _ entries: [SystemInfo.Entry], _ order: [String], from origin: QEMUOrigin
    ) throws(ConfigurationError) {
        guard !entries.isEmpty else { return }
        var text = OptionText()
        text.add("type", type)
        for name in order {
            let value = entries.first { $0.name == name }?.value
            // Boards and cases always have a maker, be it one without a name.
            text.add(name, value ?? (name == "manufacturer" && type > 1 ? "" : nil))
        }
        try arguments.add("-smbios", text, from: origin)
    }

    private mutating func addStrings(
        _ strings: [String], from origin: QEMUOrigin
    ) throws(ConfigurationError) {
        guard !strings.isEmpty else { return }
        var text = OptionText()
        text.add("type", 11)
        for string in strings { text.add("value", string) }
        try arguments.add("-smbios", text, from: origin)
    }

    private mutating func addBlob(
        _ entry: SystemInfo.Entry, from origin: QEMUOrigin
    ) throws(ConfigurationError) {
        var text = OptionText()
        text.add("name", entry.name)
        if let file = entry.file { text.add("file", file) } else { text.add("string", entry.value ?? "") }
        try arguments.add("-fw_cfg", text, from: origin)
    }

    /// The abilities that QEMU gives up at its start.
    mutating func addSandbox() throws(ConfigurationError) {
        guard resources.isSandboxed else { return }
        var sandbox = OptionText("on")
        for word in ["obsolete", "elevateprivileges", "spawn", "resourcecontrol"] {
            sandbox.add(word, "deny")
        }
        try arguments.add(
            "-sandbox", sandbox, from: .roost("QEMU gives up at its start what no guest needs of the host"))
    }

    mutating func addAsyncTeardown() throws(ConfigurationError) {
        guard let enabled = domain.features.asyncTeardown else { return }
        var text = OptionText()
        text.add("async-teardown", on: enabled)
        try arguments.add("-run-with", text, from: .element("features/async-teardown"))
    }

    mutating func addLaunchSecurity() throws(ConfigurationError) {
        guard let security = domain.launchSecurity else { return }
        var object: JSONObject
        switch security.type {
        case .sev:
            object = ["qom-type": "sev-guest", "id": "lsec0"]
            addEncryption(security, to: &object)
            object.add("policy", security.policy)
            if security.dhCert != nil {
                object.add("dh-cert-file", "\(resources.domainFolder)/dh_cert.base64")
            }
            if security.session != nil {
                object.add("session-file", "\(resources.domainFolder)/session.base64")
            }
            object.add("kernel-hashes", security.kernelHashes)
        case .sevSNP:
            object = ["qom-type": "sev-snp-guest", "id": "lsec0"]
            addEncryption(security, to: &object)
            object.add("kernel-hashes", security.kernelHashes)
            object.add("policy", security.policy)
            object.add("guest-visible-workarounds", security.guestVisibleWorkarounds)
            object.add("id-block", security.idBlock)
            object.add("id-auth", security.idAuth)
            object.add("host-data", security.hostData)
            object.add("author-key-enabled", security.authorKey)
            object.add("vcek-disabled", security.vcek.map { !$0 })
        case .s390PV: object = ["qom-type": "s390-pv-guest", "id": "lsec0"]
        }
        try arguments.add("-object", object, from: .element("launchSecurity"))
    }

    /// What the document leaves out is what the host's processor says.
    private func addEncryption(_ security: LaunchSecurity, to object: inout JSONObject) {
        object.add("cbitpos", security.cbitpos.map { JSONValue($0) } ?? qemu.sev?["cbitpos"])
        object.add(
            "reduced-phys-bits",
            security.reducedPhysBits.map { JSONValue($0) } ?? qemu.sev?["reduced-phys-bits"])
    }
}
