using System.Globalization;
using VirtMigration.Inventory;
using VirtMigration.Placement;

namespace VirtMigration.UnitTests.Native;

/// <summary>Definitions of all shapes that libvirt's schema allows where pins are concerned, and layouts for them.</summary>
internal sealed class AnyDefinition
{
    private static readonly string[] s_others =
    [
        "<shares>2048</shares>", "<period>1000000</period>", "<quota>-1</quota>", "<emulator_quota>-1</emulator_quota>",
        "<vcpusched vcpus='0' scheduler='fifo' priority='1'/>", "<emulatorsched scheduler='batch'/>",
        "<cachetune vcpus='0'><cache id='0' level='3' type='both' size='3' unit='MiB'/></cachetune>", "<!-- theirs -->",
    ];

    private readonly Random _random;
    private readonly int _vcpus;
    private readonly int[] _online;
    private readonly int[] _threads;
    private readonly int _cells;
    private readonly string _line;

    public AnyDefinition(int seed)
    {
        _random = new(seed);
        _vcpus = _random.Next(1, 9);
        _online = Chance(2) ? [.. Enumerable.Range(0, _vcpus)] : [0, .. Enumerable.Range(1, _vcpus - 1).Where(_ => Chance(2))];
        _threads = [.. Enumerable.Range(1, 4).Where(_ => Chance(3))];
        _cells = _random.Next(0, 4);
        _line = Chance(4) ? string.Empty : "\n  ";
        Text = Domain();
    }

    public string Text { get; }

    /// <summary>Pins for its threads and cells, or for some of them.</summary>
    public PinLayout Layout()
    {
        int share = _random.Next(1, 4);
        return new()
        {
            VCpus = [.. _online.Where(_ => !Chance(share + 1) || share == 1).Select(id => new CpuPin(id, Set()))],
            Emulator = Chance(3) ? null : Set(),
            IoThreads = [.. _threads.Where(_ => !Chance(4)).Select(id => new CpuPin(id, Set()))],
            Memory =
            [
                .. Chance(2) ? [new NumaBinding(null, Mode(), Set())] : Array.Empty<NumaBinding>(),
                .. Enumerable.Range(0, _cells).Where(_ => Chance(2)).Select(cell => new NumaBinding(cell, Mode(), Set())),
            ],
        };
    }

    public override string ToString() => Text;

    private static string Text_(IEnumerable<int> set) => string.Join(',', set);

    private bool Chance(int oneIn) => _random.Next(oneIn) == 0;

    private NumaMode Mode() => (NumaMode)_random.Next(4);

    private int[] Set() => [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => _random.Next(0, 64)).Distinct().Order()];

    private string Domain()
    {
        string placement = _random.Next(4) switch
        {
            0 => " placement='static'",
            1 => $" placement='static' cpuset='{Text_(Set())}'",
            2 => " placement=\"auto\"",
            _ => string.Empty,
        };
        string ids = string.Concat(Enumerable.Range(0, _vcpus).Select(id => $"<vcpu id='{id}' enabled='{(_online.Contains(id) ? "yes" : "no")}'/>"));
        return string.Create(CultureInfo.InvariantCulture, $"""
            <domain type='kvm' xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'>{_line}<name>x</name>
              <uuid>a551268b-4d52-4139-9456-3278b632fa29</uuid>
              <metadata><a:x xmlns:a="urn:a" b='&#xD;"'><![CDATA[<vcpupin>]]>&lt;vcpupin vcpu='0' cpuset='99'/&gt;</a:x></metadata>
              <memory unit='KiB'>1024</memory>{_line}<vcpu{placement} current='{_online.Length}'>{_vcpus}</vcpu>{_line}<vcpus>{ids}</vcpus>{Threads()}{CpuTune()}{NumaTune()}
              <resource><partition>/m</partition></resource><cpu><numa>{string.Concat(Enumerable.Range(0, _cells).Select(Cell))}</numa></cpu>
              <devices><disk><driver iothread='1'/></disk></devices>
            </domain>
            """);
    }

    private static string Cell(int id) => $"<cell id='{id}' memory='1'/>";

    private string Threads() => _threads.Length == 0
        ? string.Empty
        : $"{_line}<iothreads>{_threads.Length}</iothreads>{_line}<iothreadids>{string.Concat(_threads.Select(id => $"<iothread id='{id}'/>"))}</iothreadids>";

    private string CpuTune()
    {
        List<string> children =
        [
            .. s_others.Where(_ => Chance(6)),
            .. Enumerable.Range(0, _vcpus).Where(_ => Chance(2)).Select(id => $"<vcpupin vcpu='{id}' cpuset='{Text_(Set())}'/>"),
            .. _threads.Where(_ => Chance(2)).Select(id => $"<iothreadpin iothread='{id}' cpuset=\"{Text_(Set())}\"/>"),
            .. Chance(2) ? [$"<emulatorpin cpuset='{Text_(Set())}'/>"] : Array.Empty<string>(),
        ];
        return Group("cputune", children);
    }

    private string NumaTune()
    {
        List<string> children =
        [
            _random.Next(4) switch
            {
                0 => $"<memory mode='interleave' nodeset='{Text_(Set())}'/>",
                1 => $"<memory nodeset='{Text_(Set())}'/>",
                2 => "<memory mode='strict' placement='auto'/>",
                _ => string.Empty,
            },
            .. Enumerable.Range(0, _cells).Where(_ => Chance(2)).Select(id => $"<memnode cellid='{id}' mode='preferred' nodeset='{Text_(Set())}'/>"),
        ];
        return Group("numatune", [.. children.Where(child => child.Length > 0)]);
    }

    private string Group(string name, List<string> children)
    {
        if (children.Count == 0 && Chance(2))
        {
            return string.Empty;
        }

        string[] shuffled = [.. children];
        if (Chance(4))
        {
            _random.Shuffle(shuffled);
        }

        string inner = _line.Length == 0 ? string.Empty : _line + "  ";
        return $"{_line}<{name}>{string.Concat(shuffled.Select(child => inner + child))}{_line}</{name}>";
    }
}
