import ByteText
import Virt
import VirtXML

/// What qemu-img is told: a value, so that it can be compared.
struct ImageCommand: Sendable, Equatable {
    var words: [String]
    /// The file of each secret is a pipe of this number.
    var secrets: [Int32: StorageEncryption.Secret] = [:]

    /// The path of a pipe that a secret comes through.
    static func pipe(_ number: Int32) -> String { "/dev/fd/\(number)" }

    // MARK: Create

    /// Makes an empty image.
    ///
    /// - Parameters:
    ///   - saysSize: whether it's to have a size of its own, not that of what lies below it.
    ///   - secretFile: where the passphrase is read.
    static func create(
        _ volume: StorageVolumeDefinition, at path: String, preallocatesMetadata: Bool = false,
        saysSize: Bool = true, secretFile: String = pipe(3)
    ) throws(VirtError) -> ImageCommand {
        let format = try format(of: volume)
        var command = ImageCommand(words: ["create", "-f", format])
        if let below = volume.backingStore?.path { command.words += ["-b", below] }
        let secret = "\(volume.name)_encrypt0"
        if let encryption = volume.target.encryption {
            command.words += ["--object", "secret,id=\(escaped(secret)),file=\(secretFile)"]
            command.secrets[3] = try encryption.passphrase()
        }
        let options = try options(
            volume, format, key: escaped(secret), preallocatesMetadata: preallocatesMetadata)
        if !options.isEmpty { command.words += ["-o", options.joined(separator: ",")] }
        command.words.append(path)
        if saysSize { command.words.append("\(volume.capacity?.kibibytes ?? 0)K") }
        return command
    }

    /// The format by QEMU's name: an encrypted raw volume is one of LUKS.
    static func format(of volume: StorageVolumeDefinition) throws(VirtError) -> String {
        let format = volume.target.format ?? "raw"
        guard let encryption = volume.target.encryption else { return format == "iso" ? "raw" : format }
        guard ["raw", "qcow", "qcow2"].contains(format) else {
            throw VirtError(
                .noSupport, "volume encryption unsupported with format \(format)", from: .storage)
        }
        guard [.default, .luks].contains(encryption.format) else {
            throw VirtError(
                .configUnsupported,
                "volume encryption format \(encryption.format.rawValue) isn't made any more",
                from: .storage)
        }
        return format == "raw" ? "luks" : format
    }

    private static func options(
        _ volume: StorageVolumeDefinition, _ format: String, key: String, preallocatesMetadata: Bool
    ) throws(VirtError) -> [String] {
        var options: [String] = []
        if let encryption = volume.target.encryption {
            options += encryption.options(key: key, isWithin: format != "luks")
        }
        if volume.backingStore != nil {
            options.append("backing_fmt=\(volume.backingStore?.format ?? "raw")")
        }
        if preallocatesMetadata {
            let isWhole = (volume.allocation ?? .zero) >= (volume.capacity ?? .zero)
            options.append("preallocation=\(isWhole ? "falloc" : "metadata")")
        }
        guard format == "qcow2" else { return options }
        let compat = volume.target.compat ?? "1.1"
        options.append("compat=\(compat)")
        if let size = volume.target.clusterSize, size.bytes > 0 {
            options.append("cluster_size=\(size.bytes)")
        }
        let features = volume.target.features ?? []
        for feature in ["lazy_refcounts", "extended_l2"] where features.contains(feature) {
            if compat.hasSameBytes(as: "0.10") {
                throw VirtError(
                    .configUnsupported, "\(feature) not supported with compat level \(compat)", from: .storage
                )
            }
            options.append(feature == "extended_l2" ? "extended_l2=on" : feature)
        }
        return options
    }

    // MARK: Convert and resize

    /// Fills an image from another one of another format. An encrypted one has been made before.
    static func convert(
        _ source: StorageVolumeDefinition, to volume: StorageVolumeDefinition, at path: String,
        preallocatesMetadata: Bool = false, secretFiles: (own: String, source: String) = (pipe(3), pipe(4))
    ) throws(VirtError) -> ImageCommand {
        let (from, to) = (source.target.format ?? "raw", volume.target.format ?? "raw")
        if source.target.encryption == nil, volume.target.encryption == nil {
            var command = ImageCommand(words: ["convert", "-f", from == "iso" ? "raw" : from, "-O", to])
            var plain = volume
            (plain.backingStore, plain.target.encryption) = (nil, nil)
            let options = try options(plain, to, key: "", preallocatesMetadata: preallocatesMetadata)
            if !options.isEmpty { command.words += ["-o", options.joined(separator: ",")] }
            command.words += [source.target.path ?? "", path]
            return command
        }
        var command = ImageCommand(words: ["convert", "--image-opts", "-n", "--target-image-opts"])
        let ends = [
            (volume, secretFiles.own, Int32(3)), (source, secretFiles.source, Int32(4)),
        ]
        for (end, file, number) in ends {
            guard let encryption = end.target.encryption else { continue }
            command.words += ["--object", "secret,id=\(escaped(end.name + "_encrypt0")),file=\(file)"]
            command.secrets[number] = try encryption.passphrase()
        }
        command.words += [try end(source, at: source.target.path ?? ""), try end(volume, at: path)]
        return command
    }

    /// One end of a conversion, by QEMU's options.
    private static func end(
        _ volume: StorageVolumeDefinition, at path: String
    ) throws(VirtError) -> String {
        let format = try format(of: volume)
        let start = "driver=\(format),file.filename=\(escaped(path))"
        if volume.target.encryption == nil { return start }
        let key = format == "luks" ? "key-secret" : "encrypt.key-secret"
        return "\(start),\(key)=\(escaped(volume.name + "_encrypt0"))"
    }

    /// Changes the size of an image, in bytes.
    static func resize(_ path: String, to capacity: UInt64, shrinks: Bool) -> ImageCommand {
        let sectors = capacity / 512 + (capacity % 512 == 0 ? 0 : 1)
        let size = sectors.multipliedReportingOverflow(by: 512)
        return ImageCommand(
            words: ["resize"] + (shrinks ? ["--shrink"] : [])
                + [path, "\(size.overflow ? capacity : size.partialValue)"])
    }

    /// A value among QEMU's options: a comma in it is doubled.
    private static func escaped(_ text: String) -> String {
        text.split(atByte: ",", omittingEmptySubsequences: false).joined(separator: ",,")
    }
}

extension StorageEncryption {
    /// The one secret that there has to be.
    func passphrase() throws(VirtError) -> Secret {
        if secrets.count == 1, let secret = secrets.first { return secret }
        throw VirtError(
            .invalidArg,
            "A single <secret type='passphrase'...> element is expected in encryption description",
            from: .storage)
    }

    /// The options that say how it's encrypted.
    ///
    /// - Parameter isWithin: it is a part of an image that isn't all of LUKS.
    fileprivate func options(key: String, isWithin: Bool) -> [String] {
        let prefix = isWithin ? "encrypt." : ""
        var options = isWithin ? ["encrypt.format=luks"] : []
        options.append("\(prefix)key-secret=\(key)")
        if let cipher {
            options.append("\(prefix)cipher-alg=\(cipher.name)-\(cipher.size)")
            if let mode = cipher.mode { options.append("\(prefix)cipher-mode=\(mode)") }
            if let hash = cipher.hash { options.append("\(prefix)hash-alg=\(hash)") }
        }
        if let ivgen {
            options.append("\(prefix)ivgen-alg=\(ivgen.name)")
            if let hash = ivgen.hash { options.append("\(prefix)ivgen-hash-alg=\(hash)") }
        }
        return options
    }
}
