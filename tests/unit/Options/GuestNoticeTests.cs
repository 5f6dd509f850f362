using VirtMigration.Options;
using Xunit;

namespace VirtMigration.UnitTests.Options;

public sealed class GuestNoticeTests
{
    public static TheoryData<string> StandardCommands => [.. AgentCommands.Standard];

    [Theory]
    [InlineData("Disabled", "Disabled", null, null)]
    [InlineData(" disabled ", "Disabled", null, null)]
    [InlineData("channel:org.example.notice.0", "channel:org.example.notice.0", "org.example.notice.0", null)]
    [InlineData("CHANNEL:Notice", "channel:Notice", "Notice", null)]
    [InlineData("channel:a:b", "channel:a:b", "a:b", null)]
    [InlineData("agent:__com.example_notify-migration", "agent:__com.example_notify-migration", null, "__com.example_notify-migration")]
    [InlineData(" Agent:notify ", "agent:notify", null, "notify")]
    public void A_way_is_read_and_written_back(string text, string value, string? channel, string? command)
    {
        GuestNotice notice = GuestNotice.Parse(text);
        Assert.Equal((value, value, channel, command), (notice.Value, notice.ToString(), notice.Channel(), notice.AgentCommand()));
        Assert.Equal(channel is null && command is null, notice.IsDisabled());
        Assert.Equal(notice, GuestNotice.Parse(notice.Value));
    }

    [Fact]
    public void What_nobody_set_is_disabled()
    {
        Assert.Equal(GuestNotice.Disabled, default);
        Assert.Equal("Disabled", default(GuestNotice).Value);
    }

    [Theory]
    [InlineData("", "neither Disabled nor begins")]
    [InlineData("on", "neither Disabled nor begins")]
    [InlineData("org.example.notice.0", "neither Disabled nor begins")]
    [InlineData("channel:", "names no channel")]
    [InlineData("channel: a", "' a' cannot be a channel's name")]
    [InlineData("channel:a b", "'a b' cannot be a channel's name")]
    [InlineData("channel:a\nb", "cannot be a channel's name")]
    [InlineData("channel:<a>", "cannot be a channel's name")]
    [InlineData("channel:org.qemu.guest_agent.0", "the guest agent's own")]
    [InlineData("agent:", "names no command")]
    [InlineData("agent:a\"b", "cannot be a command's name")]
    [InlineData("agent:rm -rf", "cannot be a command's name")]
    [InlineData("agent:guest-exec", "runs programs in the guest, which is never done")]
    [InlineData("agent:GUEST-EXEC", "runs programs in the guest, which is never done")]
    [InlineData("agent:guest-exec-anything", "runs programs in the guest, which is never done")]
    [InlineData("agent:guest-ping", "guest-ping is a command of the standard guest agent")]
    [InlineData("agent:guest-notify-of-a-later-qemu", "commands that begin with guest- are the standard guest agent's")]
    public void Anything_else_is_one_clear_error(string text, string reason)
    {
        VirtMigrationException error = Assert.Throws<VirtMigrationException>(() => GuestNotice.Parse(text));
        Assert.Equal(("GuestNoticeInvalid", text), (error.ErrorId, error.Target));
        Assert.StartsWith($"'{text}' is no way to tell a guest of its migration: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains("channel:NAME", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_have_a_limit()
    {
        Assert.Equal(new string('a', 100), GuestNotice.Parse($"agent:{new string('a', 100)}").AgentCommand());
        Assert.Contains("100 characters", Assert.Throws<VirtMigrationException>(() => GuestNotice.Parse($"agent:{new string('a', 101)}")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(StandardCommands))]
    public void No_command_of_the_standard_agent_is_taken(string command)
    {
        VirtMigrationException error = Assert.Throws<VirtMigrationException>(() => GuestNotice.Parse($"agent:{command}"));
        Assert.Equal("GuestNoticeInvalid", error.ErrorId);
        Assert.Contains(command, error.Message, StringComparison.Ordinal);
    }
}
