"""Words and sentence patterns that `tests.bench.grown` makes passages of, in both languages."""

from __future__ import annotations

Pair = tuple[str, str]  # Chinese, English

SYLLABLES = (
    "al an ar bel bo bra cal ce cor da del do dra el en fa fen fi flo ga gal gen gi hal he im in jo ka kel ki la len li"
    " lo lu ma mel mi mo na nel no or pa pel pi po qua ra ren ri ro sa sel si sol ta tel ti to tra ul va vel vi vo wen"
    " xa ya yo za zen"
).split()
HAN = (
    "安博承诚创达道德鼎东方飞丰峰高光广国海瀚航和恒宏华汇惠嘉建江金景凯康蓝乐力联龙绿美明南宁鹏平启前青庆锐瑞润山商尚盛"
    "世顺思泰腾天通同万维文新信兴旭轩讯亚扬益银盈永优宇元远云运泽展振正智中众卓"
)
SUFFIXES: tuple[Pair, ...] = (
    ("云盘", "Drive"),
    ("数据库", "Database"),
    ("邮件", "Mail"),
    ("会议", "Meetings"),
    ("分析", "Analytics"),
    ("网关", "Gateway"),
    ("密钥库", "Vault"),
    ("工单", "Desk"),
    ("支付", "Pay"),
    ("地图", "Maps"),
    ("日志", "Logs"),
    ("容器", "Containers"),
    ("身份", "Identity"),
    ("语音", "Voice"),
    ("翻译", "Translate"),
    ("备份", "Backup"),
    ("表单", "Forms"),
    ("门户", "Portal"),
    ("机器学习", "Learning"),
    ("消息队列", "Queue"),
)
CONTROLS: tuple[Pair, ...] = (
    ("访问控制", "access control"),
    ("静态加密", "encryption at rest"),
    ("传输加密", "encryption in transit"),
    ("密钥轮换", "key rotation"),
    ("漏洞扫描", "vulnerability scanning"),
    ("渗透测试", "penetration testing"),
    ("变更管理", "change management"),
    ("容量规划", "capacity planning"),
    ("事件响应", "incident response"),
    ("灾难恢复", "disaster recovery"),
    ("业务连续性", "business continuity"),
    ("供应商评估", "supplier assessment"),
    ("物理安全", "physical security"),
    ("员工背景调查", "staff screening"),
    ("安全培训", "security training"),
    ("日志留存", "log retention"),
    ("数据分类", "data classification"),
    ("数据销毁", "data destruction"),
    ("隐私影响评估", "privacy impact assessment"),
    ("跨境传输", "cross-border transfer"),
    ("多因素认证", "multi-factor authentication"),
    ("补丁管理", "patch management"),
    ("配置基线", "configuration baselines"),
    ("服务级别", "service levels"),
    ("问题管理", "problem management"),
    ("发布管理", "release management"),
    ("资产清单", "asset inventory"),
    ("网络隔离", "network segregation"),
    ("代码审查", "code review"),
    ("租户隔离", "tenant isolation"),
    ("恶意软件防护", "malware protection"),
    ("职责分离", "segregation of duties"),
    ("特权账号", "privileged accounts"),
    ("无障碍设计", "accessible design"),
    ("碳排放核算", "carbon accounting"),
    ("儿童数据保护", "protection of children's data"),
    ("合同终止", "contract termination"),
    ("分包商名单", "the list of subprocessors"),
    ("数据主体请求", "data subject requests"),
    ("内部审核", "internal audits"),
)
DOCUMENTS: tuple[Pair, ...] = (
    ("证书", "certificate"),
    ("审核报告", "audit report"),
    ("适用性声明", "statement of applicability"),
    ("渗透测试摘要", "penetration test summary"),
    ("桥接函", "bridge letter"),
    ("评估方案", "assessment plan"),
    ("安全白皮书", "security white paper"),
    ("数据处理协议", "data processing agreement"),
    ("控制映射表", "control mapping"),
    ("整改计划", "remediation plan"),
    ("范围说明", "scope description"),
    ("管理评审记录", "management review record"),
    ("问卷答复", "questionnaire response"),
    ("差距分析", "gap analysis"),
)
REGIONS: tuple[Pair, ...] = (
    ("新加坡", "Singapore"),
    ("德国", "Germany"),
    ("法国", "France"),
    ("巴西", "Brazil"),
    ("日本", "Japan"),
    ("韩国", "Korea"),
    ("加拿大", "Canada"),
    ("澳大利亚", "Australia"),
    ("印度", "India"),
    ("南非", "South Africa"),
    ("瑞士", "Switzerland"),
    ("意大利", "Italy"),
    ("西班牙", "Spain"),
    ("挪威", "Norway"),
    ("波兰", "Poland"),
    ("智利", "Chile"),
    ("墨西哥", "Mexico"),
    ("阿联酋", "the Emirates"),
    ("爱尔兰", "Ireland"),
    ("荷兰", "the Netherlands"),
    ("华东", "East China"),
    ("华北", "North China"),
    ("美国西部", "the western United States"),
    ("英国", "the United Kingdom"),
    ("瑞典", "Sweden"),
    ("印度尼西亚", "Indonesia"),
    ("马来西亚", "Malaysia"),
    ("新西兰", "New Zealand"),
    ("以色列", "Israel"),
    ("卡塔尔", "Qatar"),
)
TRADES: tuple[Pair, ...] = (
    ("银行", "banks"),
    ("保险公司", "insurers"),
    ("医院", "hospitals"),
    ("学校", "schools"),
    ("政府部门", "public authorities"),
    ("零售商", "retailers"),
    ("制造商", "manufacturers"),
    ("电信运营商", "telecom operators"),
    ("物流公司", "carriers"),
    ("游戏公司", "game studios"),
    ("律师事务所", "law firms"),
    ("电力公司", "utilities"),
    ("制药企业", "drug makers"),
    ("航空公司", "airlines"),
    ("出版社", "publishers"),
    ("科研机构", "research institutes"),
)
TEAMS: tuple[Pair, ...] = (
    ("合规部", "compliance office"),
    ("信息安全部", "information security team"),
    ("法务部", "legal department"),
    ("采购部", "procurement team"),
    ("内审部", "internal audit team"),
    ("运维中心", "operations centre"),
    ("客户成功团队", "customer success team"),
    ("隐私办公室", "privacy office"),
    ("产品团队", "product team"),
    ("质量部", "quality department"),
)
FAMILIES = (
    "ISO/IEC 27{:03}",
    "ISO 22{:03}",
    "ISO/IEC 20{:03}",
    "GB/T 3{:04}",
    "SOC {}",
    "EN 50{:03}",
    "NIST 800-{}",
    "C5:{}",
)

# What a passage asks: each names some of the facts below.
ASKED: tuple[Pair, ...] = (
    ("{product}的{control}多久复核一次", "how often is {control} reviewed for {product}"),
    ("{product}是否通过了{standard}认证", "is {product} certified to {standard}"),
    ("{standard}的{document}在哪里下载", "where can I download the {document} for {standard}"),
    ("{region}的数据中心是否在{standard}范围内", "are the data centres in {region} in the scope of {standard}"),
    ("谁负责{product}的{control}", "who is responsible for {control} of {product}"),
    ("{product}的记录保留{number}个月够不够", "is it enough to keep the records of {product} for {number} months"),
    ("{trade}能否直接引用我们的{document}", "can {trade} rely on our {document} directly"),
    ("{standard}的{control}由谁来测试", "who tests {control} under {standard}"),
    ("{product}的{document}什么时候更新", "when is the {document} of {product} updated"),
    ("把{product}迁到{region}要不要重新评估", "does moving {product} to {region} need a new assessment"),
    ("{product}的{control}没有通过会怎样", "what happens if {control} fails for {product}"),
    ("{region}的{trade}使用{product}有什么限制", "what limits apply to {trade} in {region} that use {product}"),
    ("{standard}与{other}有什么不同", "how does {standard} differ from {other}"),
    ("{product}的{control}覆盖多少个站点", "how many sites does {control} of {product} cover"),
    ("{team}需要准备哪些{control}的证据", "what evidence of {control} must the {team} prepare"),
    ("{product}的{document}由哪家机构签发", "which body issues the {document} for {product}"),
    ("{product}在{region}的{control}要求是什么", "what does {product} require for {control} in {region}"),
    ("{trade}多久收到一次{product}的{document}", "how often do {trade} receive the {document} of {product}"),
    ("{product}的服务中断超过{number}小时怎么办", "what if {product} is down for more than {number} hours"),
    ("{product}的{control}例外由谁批准", "who approves exceptions to {control} for {product}"),
)
# How passages put it, and how queries do: no pattern is in both.
FRAMES: tuple[Pair, ...] = (
    ("{}？", "{}?"),
    ("请问{}？", "Could you tell me {}?"),
    ("我想知道{}。", "I would like to know {}."),
    ("{team}问：{}？", "The {team} asks: {}?"),
)
QUERY_FRAMES: tuple[Pair, ...] = (
    ("麻烦确认一下，{}", "please confirm, {}"),
    ("我们是{region}的{trade}，{}", "we work with {trade} in {region}, {}"),
    ("在吗，{}呢", "hi, {} exactly"),
    ("客户追问{}，急", "a customer wants to know {}, it is urgent"),
    ("{}，有文件能证明吗", "{}, and is there a document that proves it"),
)
STATED: tuple[Pair, ...] = (
    (
        "{product}的{control}每{number}个月由{team}复核一次。",
        "The {team} reviews {control} of {product} every {number} months.",
    ),
    ("{standard}的范围包括{region}的{number}个站点。", "The scope of {standard} includes {number} sites in {region}."),
    (
        "{document}由独立机构签发，{trade}可以直接使用。",
        "An independent body issues the {document}, and {trade} may use it as it is.",
    ),
    (
        "与{other}相比，{standard}对{control}的要求更细。",
        "Compared with {other}, {standard} asks for more detail on {control}.",
    ),
    (
        "例外须由{team}书面批准，并在{number}天内关闭。",
        "The {team} approves exceptions in writing, and closes them within {number} days.",
    ),
    (
        "{region}的客户可在门户中下载{product}的{document}。",
        "Customers in {region} find the {document} of {product} in the portal.",
    ),
    (
        "记录至少保留{number}个月，之后安全销毁。",
        "Records are kept for at least {number} months and then destroyed securely.",
    ),
    ("迁移{product}之前需要对{control}再做一次评估。", "Before {product} is moved, {control} is assessed once more."),
)
