using System.Xml.Linq;
using VirtMigration.Native.Xml;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Ports;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Native;

public sealed class TransferXmlTests
{
    private static readonly TransferSettings s_least = new()
    {
        Techniques = MigrationTechniques.Live | MigrationTechniques.PeerToPeer,
        DestinationUri = "qemu+tls://h2/system",
        Bandwidth = Bandwidth.Unlimited,
    };

    private static readonly TransferSettings s_most = s_least with
    {
        Techniques = MigrationTechniques.Live | MigrationTechniques.PostCopy | MigrationTechniques.Tls | MigrationTechniques.UndefineSource,
        MigrationUri = "tcp://[fe80::1]<&>\"'",
        Bandwidth = Bandwidth.Parse("40MiB/s"),
        ParallelConnections = 4,
        SwitchoverBandwidth = Bandwidth.Parse("1Gbps"),
        Compression = CompressionMethod.Zstd,
        XbzrleCache = ByteSize.FromMebibytes(64),
        AutoConvergeInitial = 30,
        AutoConvergeIncrement = 15,
        TlsDestination = "h2.example",
    };

    public static TheoryData<TransferSettings> Settings => [s_least, s_most];

    [Theory]
    [MemberData(nameof(Settings))]
    public void Settings_travel_in_the_intent_record_and_come_back(TransferSettings settings)
    {
        MigrationIntent intent = new("a", "m", 1, "p", "d", DateTimeOffset.UnixEpoch, null) { Transfer = settings };
        Assert.Equal(intent, IntentXml.Read(IntentXml.Write(intent)));
    }

    // What it does not know of it leaves alone, and what it cannot read is none: the record is one all the same.
    [Theory]
    [InlineData("")]
    [InlineData("<schedule/>")]
    [InlineData("<transfer/>")]
    [InlineData("<transfer flags='3' uri='' bandwidth='8'/>")]
    [InlineData("<transfer flags='-3' uri='u' bandwidth='8'/>")]
    [InlineData("<transfer flags='3' uri='u' bandwidth='0'/>")]
    [InlineData("<transfer flags='3' uri='u' bandwidth='much'/>")]
    [InlineData("<transfer flags='99999999999' uri='u' bandwidth='8'/>")]
    public void A_record_without_readable_settings_is_a_record(string children)
    {
        MigrationIntent? intent = IntentXml.Read($"<intent operator='a' machine='m' pid='1' policy='p' destination='d' started='2026-11-21T07:30:01Z'>{children}</intent>");
        Assert.NotNull(intent);
        Assert.Null(intent.Transfer);
    }

    [Fact]
    public void What_stands_beside_the_settings_does_not_hide_them() => Assert.Equal(
        s_least, TransferXml.Read(new XElement("intent", new XElement("schedule"), TransferXml.Write(s_least), new XElement("other"))));
}
