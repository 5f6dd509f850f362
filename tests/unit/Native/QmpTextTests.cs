using VirtMigration.Native.Domains;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Native;

public sealed class QmpTextTests
{
    [Theory]
    [InlineData(1_000_000_000, 125_000_000)]
    [InlineData(8, 1)]
    [InlineData(7, 1)]
    [InlineData(0, 1)]
    [InlineData(15, 1)]
    [InlineData(long.MaxValue, 1_152_921_504_606_846_975)]
    public void The_bandwidth_is_in_bytes_a_second_and_never_the_0_that_means_none(long bits, long bytes) => Assert.Equal(
        $$$"""{"execute":"migrate-set-parameters","arguments":{"avail-switchover-bandwidth":{{{bytes}}}}}""",
        QmpText.SetSwitchoverBandwidth(Bandwidth.FromBitsPerSecond(bits)));

    [Fact]
    public void No_bandwidth_is_0() => Assert.Equal(
        """{"execute":"migrate-set-parameters","arguments":{"avail-switchover-bandwidth":0}}""",
        QmpText.SetSwitchoverBandwidth(null));

    [Theory]
    [InlineData("""{"return":{},"id":"libvirt-372"}""")]
    [InlineData("""{"return":{"downtime-limit":300},"id":"libvirt-373"}""")]
    [InlineData("""{"return":[]}""")]
    public void An_answer_without_an_error_is_a_yes(string reply) => Assert.Null(QmpText.ErrorOf(reply));

    [Fact]
    public void A_refusal_is_an_answer_too()
    {
        QmpError? error = QmpText.ErrorOf(
            """{"id":"libvirt-20","error":{"class":"GenericError","desc":"Parameter 'avail-switchover-bandwidth' is unexpected"}}""");
        Assert.Equal(new("GenericError", "Parameter 'avail-switchover-bandwidth' is unexpected"), error);
        Assert.Equal(HypervisorFault.ArgumentRejected, error!.Fault);
    }

    [Fact]
    public void A_command_that_QEMU_lacks_is_NotSupported() => Assert.Equal(
        HypervisorFault.NotSupported,
        QmpText.ErrorOf("""{"error":{"class":"CommandNotFound","desc":"The command x has not been found"}}""")!.Fault);

    [Theory]
    [InlineData("""{"error":"no"}""", "\"no\"")]
    [InlineData("""{"error":{"desc":7}}""", """{"desc":7}""")]
    [InlineData("""{"return":{},"error":{"class":"GenericError","desc":"half"}}""", "half")]
    public void A_refusal_in_another_form_is_a_refusal(string reply, string text) => Assert.Equal(text, QmpText.ErrorOf(reply)!.Text);

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("OK")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""["error"]""")]
    [InlineData("null")]
    public void What_is_no_answer_is_neither_yes_nor_no(string reply) => Assert.Throws<FormatException>(() => QmpText.ErrorOf(reply));
}
