import JSON
import VirtXML

extension QEMUGuest {
    /// The parts of a sound card; none for the speaker, which is an option of the machine.
    package func parts(of sound: SoundDevice) throws(ConfigurationError) -> [QEMUPart] {
        let alias = try alias(of: sound.info)
        let isHDA = sound.model == .ich6 || sound.model == .ich9
        guard let driver = try driver(of: sound) else { return [] }
        var device: JSONObject = ["driver": .string(driver)]
        addVirtio(sound.driver, to: &device)
        device.add("id", alias)
        if !isHDA { device.add("audiodev", audio(sound.audioID)) }
        if sound.model == .usb { device.add("multi", sound.multichannel) }
        if sound.model == .virtio { device.add("streams", sound.streams) }
        try addAddress(of: sound.info, to: &device)
        guard isHDA else { return [.device(device)] }
        return [.device(device)] + codecs(sound, alias)
    }

    private func driver(of sound: SoundDevice) throws(ConfigurationError) -> String? {
        switch sound.model {
        case .ich6: "intel-hda"
        case .ich9: "ich9-intel-hda"
        case .es1370: "ES1370"
        case .ac97: "AC97"
        case .usb: "usb-audio"
        case .sb16: "sb16"
        case .virtio: try virtioDriver("virtio-sound", sound.info)
        case .pcspk: nil
        case .ich7: throw .unsupported("sound card model '\(sound.model.rawValue)' is not supported by qemu")
        }
    }

    private func codecs(_ sound: SoundDevice, _ alias: String) -> [QEMUPart] {
        let codecs = sound.codecs.isEmpty ? [SoundDevice.Codec()] : sound.codecs
        return codecs.enumerated().map { index, codec in
            .device([
                "driver": .string("hda-" + codec.type.rawValue), "id": .string("\(alias)-codec\(index)"),
                "bus": .string(alias + ".0"), "cad": JSONValue(index),
                "audiodev": .string(audio(sound.audioID)),
            ])
        }
    }

    /// The name of an audio backend; of the first one where none is named.
    func audio(_ id: UInt32?) -> String { "audio\(id ?? domain.devices.audios.first?.id ?? 1)" }

    /// What takes the guest's sound on the host.
    package func parts(of backend: AudioBackend) -> [QEMUPart] {
        var object: JSONObject = [
            "id": .string("audio\(backend.id)"), "driver": .string(driver(of: backend)),
        ]
        object.add("timer-period", backend.timerPeriod)
        switch backend.type {
        case .pulseaudio: object.add("server", backend.serverName)
        case .file: object.add("path", backend.path)
        case .oss:
            object.add("try-mmap", backend.tryMMap)
            object.add("exclusive", backend.exclusive)
            object.add("dsp-policy", backend.dspPolicy)
        default: break
        }
        object.add("in", stream(backend.input, backend))
        object.add("out", stream(backend.output, backend))
        return [.audiodev(object)]
    }

    private func driver(of backend: AudioBackend) -> String {
        switch backend.type {
        case .pulseaudio: "pa"
        case .file: "wav"
        default: backend.type.rawValue
        }
    }

    private func stream(_ stream: AudioBackend.Stream, _ backend: AudioBackend) -> JSONValue? {
        var object: JSONObject = [:]
        object.add("mixing-engine", stream.mixingEngine)
        object.add("fixed-settings", stream.fixedSettings)
        object.add("voices", stream.voices)
        object.add("buffer-length", stream.bufferLength)
        object.add("frequency", stream.settings?.frequency)
        object.add("channels", stream.settings?.channels)
        object.add("format", stream.settings?.format?.rawValue)
        object.add("dev", stream.dev)
        object.add("buffer-count", stream.bufferCount)
        object.add("try-poll", stream.tryPoll)
        object.add("name", stream.name)
        object.add("stream-name", stream.streamName)
        object.add("latency", stream.latency)
        object.add("server-name", stream.serverName)
        object.add("client-name", stream.clientName)
        object.add("connect-ports", stream.connectPorts)
        object.add("exact-name", stream.exactName)
        return object.isEmpty ? nil : .object(object)
    }
}
